import StreamBrokerKit
import Testing

@Suite("What an answer to a post means")
struct PostOutcomeTests {
    @Test(
        "Each status has its meaning",
        arguments: [
            (200, PostOutcome.accepted(subscribers: 3)),
            (202, .accepted(subscribers: 3)),
            (409, .late(last: 41)),
            (400, .rejected(status: 400, reason: "why")),
            (413, .rejected(status: 413, reason: "why")),
            (415, .rejected(status: 415, reason: "why")),
            (401, .refused(status: 401, reason: "why")),
            (403, .refused(status: 403, reason: "why")),
            (404, .refused(status: 404, reason: "why")),
            (302, .refused(status: 302, reason: "why")),
            (429, .throttled(status: 429, retryAfter: .seconds(7), reason: "why")),
            (503, .throttled(status: 503, retryAfter: .seconds(7), reason: "why")),
            (408, .unreachable(reason: "status 408, why")),
            (502, .unreachable(reason: "status 502, why")),
        ]
    )
    func meaning(status: Int, expected: PostOutcome) {
        let headers = ["X-Subscribers": "3", "X-Sequence": "41", "Retry-After": "7"]
        #expect(PostOutcome(status: status, reason: "why") { headers[$0] } == expected)
    }

    @Test("What a broker does not tell, or tells wrongly, is unknown")
    func missingHeaders() {
        #expect(PostOutcome(status: 202, reason: "") { _ in nil } == .accepted(subscribers: 0))
        #expect(PostOutcome(status: 409, reason: "") { _ in "x" } == .late(last: nil))
        #expect(
            PostOutcome(status: 503, reason: "") { _ in "Fri, 31 Dec 1999 23:59:59 GMT" }
                == .throttled(status: 503, retryAfter: nil, reason: "")
        )
        #expect(
            PostOutcome(status: 429, reason: "") { _ in "-1" } == .throttled(status: 429, retryAfter: nil, reason: "")
        )
    }
}
