import CLibAV
import FrameCodec
import NIOPosix

/// A client that somebody else wrote: libavformat's.
enum LibAVClient {
    /// What was seen of a stream.
    struct Report: Sendable {
        var codec: String
        var frames = 0
        var keyframes = 0
        var timestamps: [Int64] = []
        var firstPacketIsKeyframe = false
        var lumaOfFirst: [UInt8] = []
    }

    /// Reads and decodes until `frames` pictures were seen. Runs on a thread of its own, since libavformat blocks.
    static func watch(_ url: String, transport: String, frames: Int) async throws -> Report {
        LibAVLog.silence()
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let result: Result<Report, any Error>
        do {
            result = .success(try await thread.runIfActive { try watchBlocking(url, transport, frames) })
        } catch {
            result = .failure(error)
        }
        try await thread.shutdownGracefully()
        return try result.get()
    }

    private static func watchBlocking(_ url: String, _ transport: String, _ frames: Int) throws -> Report {
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "rtsp_transport", transport, 0)
        av_dict_set(&options, "timeout", "10000000", 0)
        var opened: UnsafeMutablePointer<AVFormatContext>?
        let status = avformat_open_input(&opened, url, nil, &options)
        guard status >= 0, let context = opened else { throw LibAVError(rawValue: status) }
        defer { avformat_close_input(&opened) }
        let parameters = try CodecParameters(copying: context.pointee.streams[0]!.pointee.codecpar)
        var decoder = try VideoDecoder(parameters: parameters)
        var report = Report(codec: parameters.codecName)
        var packet = try Packet()
        var isFirst = true
        while report.frames < frames {
            let status = av_read_frame(context, packet.pointer)
            guard status >= 0 else { throw LibAVError(rawValue: status) }
            if isFirst { report.firstPacketIsKeyframe = packet.isKeyframe }
            isFirst = false
            if let time = packet.presentationTimestamp { report.timestamps.append(time) }
            try decoder.send(packet)
            packet.unreference()
            while let picture = try decoder.receive() {
                report.frames += 1
                if picture.isKeyframe { report.keyframes += 1 }
                if picture.isCorrupt { throw LibAVError.invalidData }
                if report.lumaOfFirst.isEmpty, picture.isPlanar420 {
                    report.lumaOfFirst = picture.withPlanes { y, _, _ in Array(y[row: y.height / 2]) }
                }
            }
        }
        return report
    }
}
