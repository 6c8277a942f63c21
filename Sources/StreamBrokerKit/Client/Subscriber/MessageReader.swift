internal import NIOCore
internal import NIOFoundationCompat
internal import StreamBrokerCore

/// Makes frames of binary messages.
struct MessageReader {
    private let hasHeaders: Bool
    private var count: UInt64 = 0

    init(hasHeaders: Bool) {
        self.hasHeaders = hasHeaders
    }

    /// The frame in a message; `nil` when the message has no valid header where there must be one.
    mutating func frame(_ message: ByteBuffer, receivedTime: UnixMicroseconds) -> ReceivedFrame? {
        let view = message.readableBytesView
        guard hasHeaders else {
            count += 1
            let bytes = Array(view)
            return ReceivedFrame(
                bytes: bytes,
                format: Self.format(of: bytes),
                sequence: count,
                captureTime: nil,
                arrivalTime: nil,
                receivedTime: receivedTime,
                isReplay: false
            )
        }
        guard let header = FrameHeader(parsing: view) else { return nil }
        return ReceivedFrame(
            bytes: Array(view.dropFirst(FrameHeader.length)),
            format: header.format,
            sequence: header.sequence,
            captureTime: header.captureTime,
            arrivalTime: header.arrivalTime,
            receivedTime: receivedTime,
            isReplay: header.isReplay
        )
    }

    private static func format(of bytes: [UInt8]) -> ImageFormat? {
        let anySize = ImageDimensions(width: .max >> 32, height: .max >> 32)
        return (try? ImageHeader(parsing: bytes, maximumDimensions: anySize))?.format
    }
}
