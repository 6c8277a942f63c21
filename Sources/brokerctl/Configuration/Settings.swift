import Configuration
package import ConfigurationFiles
import Foundation
import SystemPackage

/// The layers of configuration below the flags: environment, `.env`, file. The first that has a value wins.
package struct Settings: Sendable {
    private struct Layer {
        var name: String
        var isFile: Bool
        var reader: ConfigReader
    }

    /// A value as it was found.
    struct Found {
        var text: String
        /// Where it stands, as a person would name it.
        var place: String
    }

    private let layers: [Layer]
    /// Below all layers, by the environment's names.
    private let values: [String: PlacedValue]

    /// Reads the layers.
    ///
    /// - Parameters:
    ///   - configFile: A YAML file.
    ///   - environment: The process's environment.
    ///   - environmentFile: The `.env` file; it may be missing.
    ///   - values: What a file says that was read already, by the environment's names.
    /// - Throws: ``SettingError`` when a file cannot be read or understood.
    package init(
        configFile: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        environmentFile: String = ".env",
        values: [String: PlacedValue] = [:]
    ) async throws {
        self.values = values
        var layers = [
            Layer(
                name: "the environment",
                isFile: false,
                reader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
            )
        ]
        if FileManager.default.fileExists(atPath: environmentFile) {
            layers.append(try await Self.environmentLayer(environmentFile))
        }
        if let configFile { layers.append(try await Self.yamlLayer(configFile)) }
        self.layers = layers
    }

    /// Settings that are these values and nothing else.
    package init(only values: [String: PlacedValue]) {
        layers = []
        self.values = values
    }

    /// The value of a setting: the flag's when it was given, else the first layer's that has one.
    func find(_ key: SettingKey, flag: String?) -> Found? {
        if let flag { return Found(text: flag, place: key.flag) }
        for layer in layers {
            for name in [key.environmentName] + (key.synonym.map { [$0] } ?? []) {
                guard let raw = layer.reader.string(forKey: ConfigKey([name.lowercased()])) else { continue }
                let text = layer.isFile ? Self.withoutQuotes(raw) : raw
                // `PORT=` is how a container's settings say that nobody set it.
                if !text.isEmpty {
                    let shown = layer.isFile && layer.name != ".env" ? name.lowercased() : name
                    return Found(text: text, place: "\(shown) in \(layer.name)")
                }
            }
        }
        return values[key.environmentName].flatMap { $0.text.isEmpty ? nil : Found(text: $0.text, place: $0.place) }
    }

    private static func withoutQuotes(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == text.last, quote == "\"" || quote == "'" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    private static func environmentLayer(_ path: String) async throws -> Layer {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SettingError("\(path) cannot be read as UTF-8 text: correct its permissions or its encoding")
        }
        if let (line, problem) = EnvironmentFile.firstProblem(in: text) {
            throw SettingError("\(path), line \(line): \(problem); write NAME=value, or put # before a comment")
        }
        let provider = try await EnvironmentVariablesProvider(environmentFilePath: FilePath(path))
        return Layer(name: path, isFile: true, reader: ConfigReader(provider: provider))
    }

    private static func yamlLayer(_ path: String) async throws -> Layer {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw SettingError("the configuration file \(path) is not there or may not be read")
        }
        do {
            let provider = try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
            return Layer(name: path, isFile: true, reader: ConfigReader(provider: provider))
        } catch {
            let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? "not YAML"
            throw SettingError("the configuration file \(path) is not understood: \(reason)")
        }
    }
}
