import Foundation
import Testing
import brokerctl

@Suite struct SettingsTests {
    /// A folder that is gone after the test.
    final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws -> String {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
            return "\(path)/\(name)"
        }
    }

    @Test func theNearestLayerWins() async throws {
        let folder = try Folder()
        let yaml = try folder.write("c.yaml", "port: 1\nbind_address: 10.0.0.1\nlog_level: debug\nstream_id: yaml\n")
        let file = try folder.write(".env", "PORT=2\nBIND_ADDRESS=10.0.0.2\nLOG_LEVEL=trace\n")
        let settings = try await Settings(
            configFile: yaml,
            environment: ["PORT": "3", "BIND_ADDRESS": "10.0.0.3"],
            environmentFile: file
        )
        #expect(try settings.integer(.port, flag: "4", in: 0...65_535) == 4)
        #expect(try settings.integer(.port, flag: nil, in: 0...65_535) == 3)
        #expect(settings.text(.bind) == "10.0.0.3")
        #expect(settings.text(.logLevel) == "trace")
        #expect(settings.text(.stream) == "yaml")
        #expect(settings.text(.source) == nil)
    }

    @Test func anEmptyVariableIsUnset() async throws {
        let settings = try await Settings(environment: ["PORT": ""], environmentFile: "/nowhere")
        #expect(try settings.integer(.port, flag: nil, in: 0...65_535) == nil)
    }

    @Test func quotesInAFileAreNotPartOfTheValue() async throws {
        let folder = try Folder()
        let file = try folder.write(".env", "PORT=\"3090\"\nSTREAM_ID='porch'\n")
        let settings = try await Settings(environment: [:], environmentFile: file)
        #expect(try settings.integer(.port, flag: nil, in: 0...65_535) == 3090)
        #expect(settings.text(.stream) == "porch")
    }

    @Test(arguments: ["http", "70000", "-1", "3.5", " "]) func anImpossibleValueNamesItsPlace(_ value: String)
        async throws
    {
        let settings = try await Settings(environment: ["PORT": value], environmentFile: "/nowhere")
        #expect {
            _ = try settings.integer(.port, flag: nil, in: 0...65_535)
        } throws: { error in
            "\(error)".contains("PORT in the environment") && "\(error)".contains(value)
        }
    }

    @Test func aBrokenEnvironmentFileNamesTheLine() async throws {
        let folder = try Folder()
        let file = try folder.write(".env", "A=1\nbroken\n")
        await #expect { _ = try await Settings(environment: [:], environmentFile: file) } throws: { error in
            "\(error)".contains("line 2")
        }
    }

    @Test func aBrokenYAMLFileIsRefused() async throws {
        let folder = try Folder()
        let file = try folder.write("c.yaml", "port: [1\n")
        await #expect {
            _ = try await Settings(configFile: file, environment: [:], environmentFile: "/nowhere")
        } throws: {
            "\($0)".contains("c.yaml")
        }
    }

    @Test func aSynonymCounts() async throws {
        let settings = try await Settings(environment: ["RUST_LOG": "debug"], environmentFile: "/nowhere")
        #expect(settings.text(.logLevel) == "debug")
    }
}
