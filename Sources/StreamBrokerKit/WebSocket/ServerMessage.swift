import Foundation
import StreamBrokerCore

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
