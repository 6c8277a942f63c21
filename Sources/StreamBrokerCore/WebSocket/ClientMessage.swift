import Foundation

/// A JSON text message from a `stream-broker.v1` client.
package enum ClientMessage: Hashable, Sendable {
    /// A number or text that the client wants back.
    package enum EchoValue: Codable, Hashable, Sendable {
        case integer(Int64)
        case number(Double)
        case text(String)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }
    }

    /// How a message names a stream: by its name, by its index on the socket, or not at all when the socket has just one.
    package enum StreamReference: Decodable, Hashable, Sendable {
        case name(String)
        case index(Int)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let index = try? container.decode(Int.self) {
                self = .index(index)
            } else {
                self = .name(try container.decode(String.self))
            }
        }
    }

    case ping(EchoValue?)
    case rate(StreamReference?, framesPerSecond: Double?)
    case subscribe([String], framesPerSecond: Double?)
    case unsubscribe([StreamReference])
    case acknowledge(StreamReference?, sequence: UInt64)
    /// A type this version does not know: ignored, so that clients may be newer.
    case unknown

    /// - Throws: ``WebSocketViolation`` with 1007 when the text is not a JSON object with a `type`, or a field has the wrong type.
    package init(parsing text: String) throws(WebSocketViolation) {
        if let acknowledgement = PlainAcknowledgement(text) {
            self = .acknowledge(acknowledgement.stream, sequence: acknowledgement.sequence)
            return
        }
        try self.init(decoding: text)
    }

    /// The general form.
    package init(decoding text: String) throws(WebSocketViolation) {
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: Data(text.utf8))
        } catch {
            throw WebSocketViolation(.invalidPayload, "a control message is a JSON object with a type")
        }
        switch fields.type {
        case "ping": self = .ping(fields.t)
        case "rate":
            if let rate = fields.fps, !(rate >= 0 && rate.isFinite) {
                throw WebSocketViolation(.invalidPayload, "fps is a number not below 0")
            }
            self = .rate(fields.stream, framesPerSecond: fields.fps)
        case "subscribe": self = .subscribe(fields.names, framesPerSecond: fields.fps)
        case "unsubscribe": self = .unsubscribe(fields.references)
        case "ack":
            guard let sequence = fields.sequence else {
                throw WebSocketViolation(.invalidPayload, "an ack has a sequence")
            }
            self = .acknowledge(fields.stream, sequence: sequence)
        default: self = .unknown
        }
    }

    private struct Fields: Decodable {
        var type: String
        var t: EchoValue?
        var stream: StreamReference?
        var streams: [String]?
        var fps: Double?
        var sequence: UInt64?

        var references: [StreamReference] { (stream.map { [$0] } ?? []) + (streams ?? []).map(StreamReference.name) }

        var names: [String] {
            references.compactMap { reference in
                if case .name(let name) = reference { return name }
                return nil
            }
        }
    }
}
