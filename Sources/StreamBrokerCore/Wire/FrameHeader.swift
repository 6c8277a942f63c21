/// The 32 bytes that precede a frame's payload in `stream-broker.v1`, big-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic `SBF1` |
/// | 4 | 1 | image format, ``ImageFormat`` |
/// | 5 | 1 | flags: bit 0 replayed on joining, bit 1 independently decodable |
/// | 6 | 2 | stream index |
/// | 8 | 8 | sequence |
/// | 16 | 8 | capture time, Unix µs, 0 unknown |
/// | 24 | 8 | arrival time at the broker, Unix µs |
public struct FrameHeader: Hashable, Sendable {
    /// The header's length in bytes.
    public static let length = 32
    /// The WebSocket subprotocol that has this header.
    public static let subprotocol = "stream-broker.v1"

    /// What the payload is.
    public var format: ImageFormat
    /// Whether this is the latest frame, repeated for a viewer that has just joined.
    public var isReplay: Bool
    /// Whether the payload can be decoded without another one.
    public var isIndependentlyDecodable: Bool
    /// The stream's number on a socket that carries several; 0 on one that carries one.
    public var streamIndex: UInt16
    /// The frame's number in its stream.
    public var sequence: UInt64
    /// When the picture was taken, by the publisher's clock.
    public var captureTime: UnixMicroseconds?
    /// When the broker accepted the frame, by the broker's clock.
    public var arrivalTime: UnixMicroseconds

    private static let magic: UInt32 = 0x5342_4631

    /// The header of a frame.
    public init(_ frame: Frame, streamIndex: UInt16 = 0, isReplay: Bool = false) {
        format = frame.format
        self.isReplay = isReplay
        isIndependentlyDecodable = frame.isIndependentlyDecodable
        self.streamIndex = streamIndex
        sequence = frame.sequence
        captureTime = frame.captureTime
        arrivalTime = frame.arrivalTime
    }

    /// Reads the header at the start of a message; `nil` when there is none or its format is unknown.
    public init?(parsing message: some RandomAccessCollection<UInt8>) {
        guard message.count >= Self.length else { return nil }
        func integer<T: FixedWidthInteger>(at offset: Int, as _: T.Type) -> T {
            let start = message.index(message.startIndex, offsetBy: offset)
            return message[start...].prefix(MemoryLayout<T>.size).reduce(0) { $0 << 8 | T($1) }
        }
        guard integer(at: 0, as: UInt32.self) == Self.magic,
            let format = ImageFormat(rawValue: integer(at: 4, as: UInt8.self))
        else { return nil }
        self.format = format
        let flags = integer(at: 5, as: UInt8.self)
        isReplay = flags & 1 != 0
        isIndependentlyDecodable = flags & 2 != 0
        streamIndex = integer(at: 6, as: UInt16.self)
        sequence = integer(at: 8, as: UInt64.self)
        let captured = Int64(bitPattern: integer(at: 16, as: UInt64.self))
        captureTime = captured == 0 ? nil : UnixMicroseconds(captured)
        arrivalTime = UnixMicroseconds(Int64(bitPattern: integer(at: 24, as: UInt64.self)))
    }

    /// The header's 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.length)
        append(to: &bytes)
        return bytes
    }

    package func append(to bytes: inout [UInt8]) {
        func append<T: FixedWidthInteger>(_ value: T) {
            for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
            }
        }
        append(Self.magic)
        append(format.rawValue)
        append((isReplay ? 1 : 0) | (isIndependentlyDecodable ? 2 : 0) as UInt8)
        append(streamIndex)
        append(sequence)
        append(UInt64(bitPattern: captureTime?.rawValue ?? 0))
        append(UInt64(bitPattern: arrivalTime.rawValue))
    }
}
