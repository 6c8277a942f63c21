import ArgumentParser

/// A setting: its name in the environment, its flag, what it is, and its default as help shows it.
///
/// The key in a YAML file is the environment's name in lower case.
package struct SettingKey: Sendable {
    var environmentName: String
    var synonym: String?
    var flag: String
    var meaning: String
    var defaultText: String

    init(
        _ environmentName: String,
        synonym: String? = nil,
        flag: String,
        _ meaning: String,
        default defaultText: some CustomStringConvertible
    ) {
        self.environmentName = environmentName
        self.synonym = synonym
        self.flag = flag
        self.meaning = meaning
        self.defaultText = "\(defaultText)"
    }

    /// The help of the setting's flag.
    var help: ArgumentHelp {
        let names = ([environmentName] + (synonym.map { [$0] } ?? [])).joined(separator: " or ")
        return ArgumentHelp("\(meaning) (environment: \(names); default: \(defaultText))")
    }
}
