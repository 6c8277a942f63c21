internal import Foundation
package import NIOHTTP1
package import StreamBrokerCore

/// The token that a request carries.
package enum Credential {
    /// The name of the token in a query.
    static let queryName = "token"

    /// The token, from the query, or from `Authorization` as a bearer's (RFC 6750) or as the password of Basic (RFC 7617); `nil` when
    /// there is none.
    ///
    /// The query goes first: a proxy's own password may be in the header.
    ///
    /// - Throws: ``AccessDenial/Reason/invalid`` when there is something that no token can be read from.
    package static func token(
        in headers: HTTPHeaders,
        _ target: RequestTarget
    ) throws(AccessDenial) -> Secret? {
        if let token = target.query[queryName], !token.isEmpty { return Secret(token) }
        let fields = headers["Authorization"]
        guard let field = fields.first else { return nil }
        guard fields.count == 1, let token = token(inField: field) else { throw AccessDenial(.invalid) }
        return token
    }

    private static func token(inField field: String) -> Secret? {
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else { return nil }
        let value = parts[1].trimmingCharacters(in: .whitespaces)
        switch parts[0].lowercased() {
        case "bearer": return value.isEmpty ? nil : Secret(value)
        case "basic":
            guard let data = Data(base64Encoded: value), let pair = String(validating: data, as: UTF8.self),
                let colon = pair.firstIndex(of: ":")
            else { return nil }
            return Secret(String(pair[pair.index(after: colon)...]))
        default: return nil
        }
    }

    /// A target's query as it may be repeated in an answer: without the token; `nil` when nothing is left.
    package static func repeatableQuery(ofTarget target: String) -> String? {
        guard let query = target.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        let rest = query.split(separator: "&").filter { item in
            let name = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)[0]
            return String(name).removingPercentEncoding.map { $0 != queryName } ?? false
        }
        return rest.isEmpty ? nil : rest.joined(separator: "&")
    }
}
