import CLibAV
import FrameCodec

/// The video of a file, over and over.
final class ClipSource: FrameSource {
    let parameters: CodecParameters

    private let path: String
    private var demuxer: ClipDemuxer
    private var timeline = LoopedTimeline()
    private var held: Packet?

    /// Opens a clip.
    init(path: String) throws(LoopbackCameraError) {
        self.path = path
        let demuxer = try ClipDemuxer(path: path)
        parameters = try demuxer.copyParameters()
        self.demuxer = demuxer
        // A clip without a frame in it would start anew for ever.
        held = try self.demuxer.next()
        if held == nil {
            throw LoopbackCameraError(code: .cannotOpenClip, message: "The clip \(path) has no frame in it.")
        }
        place(&held)
    }

    func nextDue() throws(LoopbackCameraError) -> Duration {
        if held == nil {
            held = try demuxer.next()
            if held == nil {
                // Opened anew rather than rewound: not every container has an index to seek by.
                demuxer = try ClipDemuxer(path: path)
                timeline.wrap()
                held = try demuxer.next()
            }
            place(&held)
        }
        guard let pointer = held?.pointer else {
            throw LoopbackCameraError(
                code: .cannotOpenClip,
                message: "The clip \(path) has changed: no frame is in it."
            )
        }
        return .microseconds(pointer.pointee.dts * 100 / 9)
    }

    func next(captureTime: Int64) throws(LoopbackCameraError) -> Packet {
        if held == nil { _ = try nextDue() }
        return held.take()!
    }

    private func place(_ packet: inout Packet?) {
        guard let pointer = packet?.pointer else { return }
        let unset = clibav_AV_NOPTS_VALUE
        let presentation = pointer.pointee.pts == unset ? pointer.pointee.dts : pointer.pointee.pts
        let decode = pointer.pointee.dts == unset ? presentation : pointer.pointee.dts
        let placed = timeline.place(decode: decode, presentation: presentation, duration: pointer.pointee.duration)
        pointer.pointee.dts = placed.decode
        pointer.pointee.pts = placed.presentation
    }
}
