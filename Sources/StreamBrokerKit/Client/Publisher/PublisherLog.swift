internal import Logging
internal import StreamBrokerCore

/// Puts a publisher's changes of state into words.
struct PublisherLog: Sendable {
    private let logger: Logger

    init(logger: Logger, broker: BrokerURL, stream: StreamID) {
        var logger = logger
        logger[metadataKey: "broker"] = "\(broker)"
        logger[metadataKey: "stream"] = "\(stream)"
        self.logger = logger
    }

    func unverified() {
        logger.warning("\(ClientTLS.unverifiedWarning)")
    }

    func record(_ event: PublisherEvent) {
        switch event {
        case .delivering:
            logger.info("the broker takes frames")
        case .troubled(let trouble):
            logger.warning("\(Self.sentence(trouble))")
        case .recovered(let outage, let lost):
            logger.notice(
                "the broker takes frames again",
                metadata: ["outage": "\(outage.formatted)", "lost": "\(lost)"]
            )
        case .frameRejected(let status, let reason):
            logger.warning("the broker does not take a frame (\(status)): \(reason)")
        }
    }

    private static func sentence(_ trouble: PublisherTrouble) -> String {
        switch trouble {
        case .unreachable(let reason):
            "the broker cannot be reached (\(reason)); frames are dropped until it can, and it is tried again"
        case .refused(401, let reason), .refused(403, let reason):
            "the broker refuses this publisher: \(reason); check its credentials, it is tried again from time to time"
        case .refused(let status, let reason):
            "the address does not answer like a broker (\(status): \(reason)); check it, it is tried again from time to time"
        case .throttled(let status, let reason):
            "the broker wants a pause (\(status): \(reason)); frames are dropped meanwhile"
        case .contested:
            "another publisher posts newer frames on this stream, or this machine's clock was set back; frames are dropped until"
                + " that ends"
        }
    }
}

extension Duration {
    /// Seconds with one decimal, for people.
    fileprivate var formatted: String {
        let tenths = (wholeMicroseconds + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)s"
    }
}
