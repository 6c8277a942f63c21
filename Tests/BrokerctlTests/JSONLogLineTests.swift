import Foundation
import Logging
import Testing
import brokerctl

@Suite struct JSONLogLineTests {
    private func parsed(_ message: String, _ facts: Logger.Metadata) throws -> [String: Any] {
        let line = JSONLogLine(time: Date(timeIntervalSince1970: 0), level: .warning, message: message, facts: facts)
            .text
        #expect(!line.contains("\n"), "a log message is one line")
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func aMessageIsOneLineWhateverIsInIt() throws {
        let message = "two\nlines, \"quoted\", a \\, \u{1B}[31m, \u{0}, ü, 🎥"
        let object = try parsed(message, ["stream": "front-door", "count": .stringConvertible(3)])
        #expect(object["message"] as? String == message)
        #expect(object["level"] as? String == "warning")
        #expect(object["time"] as? String == "1970-01-01T00:00:00.000Z")
        #expect(object["stream"] as? String == "front-door")
        #expect(object["count"] as? String == "3")
    }

    @Test func factsKeepTheirShapeAndNeverHideTheMessage() throws {
        let object = try parsed("real", ["message": "other", "list": ["a", "b"], "more": ["x": "1", "y": ["2"]]])
        #expect(object["message"] as? String == "real")
        #expect(object["message_"] as? String == "other")
        #expect(object["list"] as? [String] == ["a", "b"])
        #expect((object["more"] as? [String: Any])?["y"] as? [String] == ["2"])
    }
}
