internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat

/// The JSON with which a broker explains a refusal: `{"error": "…", "hint": "…"}`.
struct BrokerAnswer: Decodable {
    let error: String
    let hint: String?

    /// The broker's own words in one line, or the status's usual phrase when there are none.
    static func reason(body: ByteBuffer?, phrase: String) -> String {
        guard let body, let answer = try? JSONDecoder().decode(Self.self, from: body) else { return phrase }
        let text = [answer.error, answer.hint].compactMap { $0 }.joined(separator: "; ")
        return printable(text)
    }

    /// What comes over the network goes into logs and onto terminals: no control characters, and no novel.
    static func printable(_ text: String) -> String {
        String(text.unicodeScalars.filter { !$0.properties.isControl }.prefix(300).map(Character.init))
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
