import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// `GET /multipart/{stream}`: `multipart/x-mixed-replace` for an `<img>` element.
enum MultipartStream {
    static let boundary = "stream-broker-frame"

    static var headers: HTTPHeaders {
        [
            "Content-Type": "multipart/x-mixed-replace; boundary=\(boundary)",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        ]
    }

    static let opening = ByteBuffer(string: "--\(boundary)\r\n")

    /// One picture. The next part's boundary follows at once: browsers show a part only when they have seen its end.
    static func part(_ frame: Frame) -> ByteBuffer {
        var head =
            "Content-Type: \(frame.format.contentType)\r\nContent-Length: \(frame.payload.count)\r\nX-Sequence: \(frame.sequence)\r\n"
        if let captureTime = frame.captureTime { head += "X-Capture-Time-Us: \(captureTime.rawValue)\r\n" }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(head.utf8.count + frame.payload.count + 64)
        buffer.writeString(head)
        buffer.writeString("\r\n")
        buffer.writeBytes(frame.payload)
        buffer.writeString("\r\n--\(boundary)\r\n")
        return buffer
    }

    /// Writes pictures until the viewer is gone or the stream ends. One is on its way at a time, so a slow viewer gets the newest.
    static func run(
        _ subscription: Subscription<Frame>,
        on connection: any NIOCore.Channel
    ) async throws {
        try await write(.body(.byteBuffer(opening)), on: connection)
        for await frame in subscription {
            try await write(.body(.byteBuffer(part(frame))), on: connection)
        }
        try await write(.end(nil), on: connection)
    }

    private static func write(_ part: HTTPServerResponsePart, on connection: any NIOCore.Channel) async throws {
        try await connection.writeAndFlush(part)
    }
}
