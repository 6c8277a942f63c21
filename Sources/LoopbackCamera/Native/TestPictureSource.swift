import CLibAV
import FrameCodec
import RTSPCapture

/// The moving test picture, encoded as it is due.
final class TestPictureSource: FrameSource {
    let parameters: CodecParameters

    private let picture: TestPicture
    private let size: PictureSize
    private let frameRate: Int
    private var encoder: VideoEncoder
    private var pictures = PicturePool()
    private var index = 0

    /// Opens an encoder.
    init(size: PictureSize, frameRate: Int) throws(LoopbackCameraError) {
        guard size.width >= 320, size.height >= 180, size.width <= 7680, size.height <= 4320,
            size.width % 2 == 0, size.height % 2 == 0, (1...120).contains(frameRate)
        else {
            throw LoopbackCameraError(
                code: .invalidConfiguration,
                message: "The test picture has even sides from 320x180 to 7680x4320 and 1 to 120 frames a second, not "
                    + "\(size) and \(frameRate)."
            )
        }
        let encoder = try VideoEncoder(size: size, frameRate: frameRate)
        parameters = try encoder.copyParameters()
        picture = TestPicture(size: size, frameRate: frameRate)
        self.size = size
        self.frameRate = frameRate
        self.encoder = encoder
    }

    func nextDue() throws(LoopbackCameraError) -> Duration {
        .nanoseconds(Int64(index) * 1_000_000_000 / Int64(frameRate))
    }

    func next(captureTime: Int64) throws(LoopbackCameraError) -> Packet {
        do {
            var canvas = try pictures.picture(of: size, colorDescription: .webp)
            picture.paint(frame: index, time: captureTime, into: &canvas)
            canvas.presentationTimestamp = Int64(index) * 90000 / Int64(frameRate)
            index += 1
            return try encoder.encode(canvas)
        } catch let error as LoopbackCameraError {
            throw error
        } catch {
            throw LoopbackCameraError(code: .cannotEncode, message: "The test picture cannot be painted.", cause: error)
        }
    }
}
