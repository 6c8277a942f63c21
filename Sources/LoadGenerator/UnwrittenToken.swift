package import StreamBrokerKit

/// A token that no report has in it.
package struct UnwrittenToken: Sendable, Hashable, Codable {
    /// The token; `nil` for none.
    package var secret: Secret?

    package init(_ secret: Secret? = nil) {
        self.secret = secret
    }

    package init(from decoder: any Decoder) throws {
        secret = nil
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }

    /// The field of a request's head, with its line end; empty without a token.
    var headerLine: String { secret.map { "Authorization: Bearer \($0.revealed)\r\n" } ?? "" }
}
