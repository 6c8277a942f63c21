import CLibAV
import FrameCodec

/// Coded frames of a camera, one after another, without an end.
///
/// A frame is taken in two steps, so that the caller can wait until it is due, and so that a source which makes its pictures
/// makes them then.
protocol FrameSource: AnyObject {
    /// What the stream is; valid as long as the source lives.
    var parameters: CodecParameters { get }

    /// When the next frame is due, counted from the first.
    func nextDue() throws(LoopbackCameraError) -> Duration

    /// The frame that ``nextDue()`` spoke of, with timestamps in 1/90000 s that rise from frame to frame.
    ///
    /// - Parameter captureTime: the time now, Unix µs.
    func next(captureTime: Int64) throws(LoopbackCameraError) -> Packet
}
