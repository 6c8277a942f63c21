import Foundation
import RTSPCapture

/// An RTSP camera (RFC 2326) that does as a test tells it.
struct FakeCamera: Sendable {
    /// An answer to a request.
    struct Answer: Sendable {
        var status = "200 OK"
        var headers: [String] = []
        var body = ""
    }

    /// Sends RTP packets (RFC 3550) within the RTSP connection, or as datagrams.
    final class Sender {
        private let connection: LoopbackServer.Connection
        private let datagrams: DatagramSender?
        private var sequence: UInt16 = 65_500
        private let timestampOrigin: UInt32 = 4_294_900_000

        fileprivate init(_ connection: LoopbackServer.Connection, _ datagrams: DatagramSender?) {
            self.connection = connection
            self.datagrams = datagrams
        }

        /// Whether it sends datagrams.
        var usesDatagrams: Bool { datagrams != nil }

        /// The number of the connection, from 1.
        var connectionNumber: Int { connection.number }

        /// Leaves sequence numbers out, as if packets were lost.
        func lose(_ packets: Int) { sequence &+= UInt16(packets) }

        /// Sends one packet; false when the client has gone.
        @discardableResult
        func send(_ payload: [UInt8], picture: Int, isLast: Bool, type: UInt8 = 96) -> Bool {
            let timestamp = timestampOrigin &+ UInt32(picture) &* 3000
            var packet: [UInt8] = [0x80, type | (isLast ? 0x80 : 0)]
            packet += [UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
            packet += stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: timestamp >> UInt32($0)) }
            packet += [1, 2, 3, 4] + payload
            sequence &+= 1
            if let datagrams { return datagrams.send(packet) }
            return connection.write(
                [UInt8(ascii: "$"), 0, UInt8(packet.count >> 8), UInt8(packet.count & 0xFF)] + packet
            )
        }

        /// Sends an access unit in packets with at most `payload` bytes (RFC 6184, single NAL units and FU-A).
        @discardableResult
        func send(_ units: [[UInt8]], picture: Int, payload: Int = 80, cut: (([UInt8]) -> [[UInt8]])? = nil) -> Bool {
            for (index, unit) in units.enumerated() {
                let packets = FakeCamera.packets(of: unit, payload: payload, cut: cut)
                for (place, packet) in packets.enumerated() {
                    let isLast = index == units.count - 1 && place == packets.count - 1
                    guard send(packet, picture: picture, isLast: isLast) else { return false }
                }
            }
            return true
        }
    }

    static let video =
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:video\r\n"

    /// The media part of the session description.
    var media = FakeCamera.video
    /// Answers other than the usual ones, by method and request; nil for the usual one.
    var answer: @Sendable (_ method: String, _ request: String) -> Answer? = { _, _ in nil }
    /// Called after PLAY; when it returns, the connection stays open until the client closes.
    var play: @Sendable (Sender) -> Void = { _ in }
    /// Whether the connection is closed after ``play``.
    var closes = false

    func serve(_ connection: LoopbackServer.Connection) {
        var datagrams: DatagramSender?
        while let request = connection.readHead() {
            let words = request.split(separator: " ", maxSplits: 2)
            let method = String(words[0])
            var answer = answer(method, request) ?? usualAnswer(method, request)
            let number = request.split(separator: "\r\n").first { $0.hasPrefix("CSeq:") } ?? "CSeq: 0"
            if !answer.body.isEmpty { answer.headers.append("Content-Length: \(answer.body.utf8.count)") }
            let head = ["RTSP/1.0 \(answer.status)", String(number)] + answer.headers
            connection.write(head.joined(separator: "\r\n") + "\r\n\r\n" + answer.body)
            if method == "SETUP", let port = FakeCamera.clientPort(request) { datagrams = DatagramSender(port: port) }
            if method == "PLAY", answer.status.hasPrefix("200") {
                play(Sender(connection, datagrams))
                if closes { return }
            }
        }
    }

    private func usualAnswer(_ method: String, _ request: String) -> Answer {
        switch method {
        case "OPTIONS": Answer(headers: ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"])
        case "DESCRIBE":
            Answer(
                headers: ["Content-Type: application/sdp"],
                body: "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\(media)"
            )
        case "SETUP" where request.contains("RTP/AVP/TCP"):
            Answer(headers: ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1"])
        case "SETUP": Answer(headers: [udpTransport(request), "Session: 1"])
        default: Answer(headers: ["Session: 1"])
        }
    }

    private func udpTransport(_ request: String) -> String {
        let port = FakeCamera.clientPort(request) ?? 0
        return "Transport: RTP/AVP/UDP;unicast;client_port=\(port)-\(port + 1);server_port=9-10"
    }

    private static func clientPort(_ request: String) -> Int? {
        request.split { ";\r\n".contains($0) }.first { $0.hasPrefix("client_port=") }
            .flatMap { $0.dropFirst("client_port=".count).split(separator: "-").first }.flatMap { Int($0) }
    }

    /// The payloads of the RTP packets for a NAL unit. `cut` cuts its bytes, header left out, into fragments of any
    /// size.
    static func packets(of unit: [UInt8], payload: Int, cut: (([UInt8]) -> [[UInt8]])? = nil) -> [[UInt8]] {
        if unit.count <= payload && cut == nil { return [unit] }
        let body = Array(unit.dropFirst())
        let fragments = cut?(body) ?? RTPFragments.chunks(of: body, size: payload - 2)
        guard fragments.count > 1 else { return [unit] }
        return fragments.enumerated().map { index, fragment in
            let flags: UInt8 = index == 0 ? 0x80 : index == fragments.count - 1 ? 0x40 : 0
            return [unit[0] & 0xE0 | 28, flags | unit[0] & 0x1F] + fragment
        }
    }
}

/// A socket that sends datagrams to a port on loopback.
private final class DatagramSender {
    private let descriptor: Int32
    private var address = sockaddr_in()

    init(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) -> Bool {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                sendto(descriptor, bytes, bytes.count, 0, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
                    == bytes.count
            }
        }
    }
}
