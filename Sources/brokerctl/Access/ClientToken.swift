import ArgumentParser
import Foundation
import StreamBrokerKit

/// The token that a client shows to the broker. It is never an argument: everybody on the machine can read those.
struct ClientToken: ParsableArguments {
    @Option(help: SettingKey.tokenFile.help) var tokenFile: String?

    /// The token; nil when there is none.
    ///
    /// - Throws: ``SettingError``.
    func read(_ settings: Settings) throws(SettingError) -> Secret? {
        guard tokenFile != nil || settings.find(.brokerToken, flag: nil) == nil,
            let found = settings.find(.tokenFile, flag: tokenFile)
        else {
            return try settings.find(.brokerToken, flag: nil).map { found throws(SettingError) in
                try check(found.text, found.place)
            }
        }
        guard let text = try? String(contentsOfFile: found.text, encoding: .utf8) else {
            throw SettingError("\(found.place): \(found.text) is not there, or may not be read")
        }
        return try check(text.trimmingCharacters(in: .whitespacesAndNewlines), "\(found.place): \(found.text)")
    }

    private func check(_ text: String, _ place: String) throws(SettingError) -> Secret {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SettingError("\(place): a token is one line without blanks")
        }
        return Secret(text)
    }
}
