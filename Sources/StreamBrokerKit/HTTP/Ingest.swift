import Logging
import NIOHTTP1
import StreamBrokerCore

/// `POST /ingest/{stream}`: checks a posted image and publishes it.
struct Ingest {
    private let stream: StreamID
    private let captureTime: UnixMicroseconds?
    private let sequence: UInt64

    /// Reads what the head says, so that a bad one is refused before the body comes.
    init(stream: StreamID, headers: HTTPHeaders) throws(IngestRefusal) {
        self.stream = stream
        captureTime = try Self.value(of: "X-Capture-Time-Us", in: headers) { text in
            Int64(text).flatMap { $0 > 0 ? UnixMicroseconds($0) : nil }
        }
        sequence =
            try Self.value(of: "X-Frame-Sequence", in: headers) { text in UInt64(text).flatMap { $0 > 0 ? $0 : nil } }
            ?? 0
    }

    /// Publishes the image, or refuses it and changes nothing.
    func publish(_ image: [UInt8], to service: BrokerService) -> HTTPAnswer {
        let frame: Frame
        do {
            frame = try Frame(
                image: image,
                captureTime: captureTime,
                sequence: sequence,
                maximumDimensions: service.limits.maximumDimensions
            )
        } catch {
            return .imageRefusal(error)
        }
        let channel: FrameChannel
        do { channel = try service.broker.channel(stream) } catch { return .brokerRefusal(error) }
        do {
            let receipt = try channel.publish(frame)
            if channel.publishedCount == 1 {
                service.logger.info("stream started", metadata: ["stream": "\(stream)", "format": "\(frame.format)"])
            }
            return Self.answer(stream, receipt)
        } catch {
            return .publishRefusal(error)
        }
    }

    /// Written out: a general encoder was a fifth of what a posted frame costs, and nothing in a stream id needs escaping.
    private static func answer(_ stream: StreamID, _ receipt: PublishReceipt) -> HTTPAnswer {
        let subscribers = String(receipt.subscribers)
        let body =
            #"{"sequence":\#(receipt.sequence),"stream":"\#(stream.name)","subscribers":\#(subscribers)}"#
        return HTTPAnswer(
            status: receipt.subscribers > 0 ? .ok : .accepted,
            contentType: "application/json",
            headers: [("Cache-Control", "no-store"), ("X-Subscribers", subscribers)],
            body: Array(body.utf8)
        )
    }

    private static func value<Value>(
        of name: String,
        in headers: HTTPHeaders,
        parse: (String) -> Value?
    ) throws(IngestRefusal) -> Value? {
        guard let text = headers.first(name: name) else { return nil }
        guard let value = parse(text) else { throw IngestRefusal(header: name) }
        return value
    }
}

/// A header of an ingest request that cannot be understood.
struct IngestRefusal: Error {
    var header: String

    var answer: HTTPAnswer {
        .error(
            .badRequest,
            "\(header) is not a whole number above 0",
            hint: "send digits only, or leave the header out"
        )
    }
}
