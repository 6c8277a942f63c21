import Foundation
import NIOHTTP1
import StreamBrokerCore

/// A whole response whose body is known.
struct HTTPAnswer {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Whether the connection ends with this answer: the rest of the request cannot be, or will not be, read.
    var closesConnection = false
    /// What the request ran into, for the count of it.
    var limit: Limit?

    init(status: HTTPResponseStatus = .ok, contentType: String, headers: [(String, String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = HTTPHeaders([("Content-Type", contentType), ("X-Content-Type-Options", "nosniff")] + headers)
        self.body = body
    }

    /// A JSON document that nobody may cache.
    static func json(
        _ value: some Encodable,
        status: HTTPResponseStatus = .ok,
        headers: [(String, String)] = []
    ) -> HTTPAnswer {
        // Only numbers that are not finite make the encoder fail; ours are counts and finite rates.
        let body = (try? JSONEncoder.sorted.encode(value)) ?? Data("{}".utf8)
        return HTTPAnswer(
            status: status,
            contentType: "application/json",
            headers: [("Cache-Control", "no-store")] + headers,
            body: [UInt8](body)
        )
    }

    /// `{"error": …, "hint": …}`.
    static func error(
        _ status: HTTPResponseStatus,
        _ error: String,
        hint: String,
        headers: [(String, String)] = [],
        closesConnection: Bool = false,
        limit: Limit? = nil
    ) -> HTTPAnswer {
        var answer = json(ErrorBody(error: error, hint: hint), status: status, headers: headers)
        answer.closesConnection = closesConnection
        answer.limit = limit
        return answer
    }

    private struct ErrorBody: Encodable {
        var error: String
        var hint: String
    }
}
