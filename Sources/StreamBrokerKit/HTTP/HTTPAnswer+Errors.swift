import NIOHTTP1
import StreamBrokerCore

/// The refusals of the wire contract, each in one place.
extension HTTPAnswer {
    static func refusal(_ refusal: RouteRefusal) -> HTTPAnswer {
        switch refusal {
        case .badTarget(let error):
            .error(.badRequest, error, hint: "see the list of addresses in the wire protocol's documentation")
        case .badStreamID(let error):
            .error(.badRequest, error.description, hint: error.hint)
        case .methodNotAllowed(let allowed):
            .error(
                .methodNotAllowed,
                "this address does not take that method",
                hint: "use \(allowed.joined(separator: " or "))",
                headers: [("Allow", allowed.joined(separator: ", "))]
            )
        }
    }

    static func imageRefusal(_ error: ImageError) -> HTTPAnswer {
        let status: HTTPResponseStatus = error == .notAnImage ? .unsupportedMediaType : .badRequest
        var limit: Limit?
        if case .dimensionsTooLarge = error { limit = .pixels }
        return .error(status, error.description, hint: error.hint, limit: limit)
    }

    static func frameTooLarge(limit: Int) -> HTTPAnswer {
        .error(
            .payloadTooLarge,
            "the body is larger than the frame limit of \(limit) bytes",
            hint: "send a smaller picture or a lower quality, or raise the broker's frame limit",
            closesConnection: true,
            limit: .frameBytes
        )
    }

    static func brokerRefusal(_ error: BrokerError) -> HTTPAnswer {
        switch error {
        case .invalidStreamID(let error): .refusal(.badStreamID(error))
        case .streamLimitReached:
            .error(
                .serviceUnavailable,
                error.description,
                hint: "wait until an idle stream is freed, or raise the broker's stream limit",
                headers: [("Retry-After", "10")],
                limit: .streams
            )
        }
    }

    static func publishRefusal(_ error: PublishError) -> HTTPAnswer {
        switch error {
        case .staleSequence(_, let last):
            .error(
                .conflict,
                error.description,
                hint: "number frames upwards in X-Frame-Sequence, or leave the header out",
                headers: [("X-Sequence", String(last))]
            )
        case .finished: .draining
        }
    }

    static var draining: HTTPAnswer {
        .error(
            .serviceUnavailable,
            "the broker is shutting down",
            hint: "try again in a moment",
            headers: [("Retry-After", "1")],
            closesConnection: true
        )
    }

    static func noFrame(_ stream: StreamID) -> HTTPAnswer {
        .error(
            .notFound,
            "stream \(stream) has no frame",
            hint: "publish one with POST /ingest/\(stream), or see GET /api/streams for the streams there are"
        )
    }

    static var notFound: HTTPAnswer {
        .error(
            .notFound,
            "there is nothing at this address",
            hint: "the page is at /, the list of streams at /api/streams"
        )
    }

    static func headTooLarge(_ limits: RequestLimits) -> HTTPAnswer {
        .error(
            .requestHeaderFieldsTooLarge,
            "there are too many header fields, or they are too long",
            hint: "send at most \(limits.maximumHeaderFields) fields of \(limits.maximumHeaderBytes) bytes together",
            closesConnection: true,
            limit: .head
        )
    }

    static func slowRequest(_ limit: Limit) -> HTTPAnswer {
        .error(
            .requestTimeout,
            "the request took too long to arrive",
            hint: "send the whole request at once",
            closesConnection: true,
            limit: limit
        )
    }

    static var tooManyPosts: HTTPAnswer {
        .error(
            .tooManyRequests,
            "the broker is receiving as many frames as it has room for",
            hint: "try again in a moment, or raise the broker's limits on posts",
            headers: [("Retry-After", "1")],
            closesConnection: true,
            limit: .postsInFlight
        )
    }
}
