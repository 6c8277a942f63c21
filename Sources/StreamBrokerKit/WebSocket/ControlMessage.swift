import Foundation
package import StreamBrokerCore

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

/// A JSON text message to a `stream-broker.v1` client.
enum ServerMessage: Encodable {
    case pong(t: ClientMessage.EchoValue?, serverTime: UnixMicroseconds)
    case streams([(index: Int, stream: StreamID)])
    /// A request that could not be carried out; the connection goes on.
    /// `isFinal` when asking again would not help.
    case refused(stream: String, error: String, isFinal: Bool = false)

    var text: String {
        // The encoder fails on numbers that are not finite only, and there are none: JSON has no way to bring one here.
        let data = (try? JSONEncoder.sorted.encode(self)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private enum CodingKeys: String, CodingKey {
        case type, t, streams, index, stream, error
        case isFinal = "final"
        case serverTime = "server_time_us"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .pong(let t, let serverTime):
            try container.encode("pong", forKey: .type)
            try container.encodeIfPresent(t, forKey: .t)
            try container.encode(serverTime.rawValue, forKey: .serverTime)
        case .streams(let streams):
            try container.encode("streams", forKey: .type)
            var list = container.nestedUnkeyedContainer(forKey: .streams)
            for entry in streams {
                var item = list.nestedContainer(keyedBy: CodingKeys.self)
                try item.encode(entry.index, forKey: .index)
                try item.encode(entry.stream.name, forKey: .stream)
            }
        case .refused(let stream, let error, let isFinal):
            try container.encode("refused", forKey: .type)
            try container.encode(stream, forKey: .stream)
            try container.encode(error, forKey: .error)
            if isFinal { try container.encode(true, forKey: .isFinal) }
        }
    }
}

extension JSONEncoder {
    /// Keys in alphabetical order, so that equal answers are equal bytes.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
