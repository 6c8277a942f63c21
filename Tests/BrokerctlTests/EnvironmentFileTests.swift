import Testing
import brokerctl

@Suite struct EnvironmentFileTests {
    @Test(arguments: ["", "\n\n", "# a comment", "  # indented", "PORT=3090", "  A_1 = x = y \n\nB=", "PASSWORD='#\"'"])
    func acceptsSettingsAndComments(_ text: String) {
        #expect(EnvironmentFile.firstProblem(in: text) == nil)
    }

    @Test func tellsTheLineAndNotItsText() throws {
        let problem = try #require(EnvironmentFile.firstProblem(in: "PORT=3090\n# ok\nhunter2 secret\n"))
        #expect(problem.line == 3)
        #expect(!problem.problem.contains("hunter2"))
    }

    @Test(arguments: ["=value", "1A=x", "a b=c", "A-B=c"]) func refusesNamesThatAreNone(_ line: String) {
        #expect(EnvironmentFile.firstProblem(in: line)?.line == 1)
    }
}
