import Testing
import brokerctl

@Suite struct StateFolderTests {
    @Test func theNearestIsTaken() throws {
        let all = ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "XDG_STATE_HOME": "/x", "HOME": "/home/me"]
        #expect(try StateFolder.path(environment: all) == "/var/lib/a")
        #expect(try StateFolder.path(environment: all.filter { $0.key != "STATE_DIRECTORY" }) == "/x/stream-broker")
        #expect(try StateFolder.path(environment: ["HOME": "/home/me"]) == "/home/me/.local/state/stream-broker")
    }

    @Test func aRelativeFolderIsNone() throws {
        let relative = ["XDG_STATE_HOME": "state", "HOME": "/home/me", "STATE_DIRECTORY": ""]
        #expect(try StateFolder.path(environment: relative) == "/home/me/.local/state/stream-broker")
        #expect(throws: SettingError.self) { try StateFolder.path(environment: ["HOME": ""]) }
    }
}
