import FrameCodec

/// Makes test pictures in real time.
struct TestPictureSession {
    private let options: TestPictureOptions
    private let stop: StopSignal
    private let meter: CaptureMeter

    init(_ options: TestPictureOptions, stop: StopSignal, meter: CaptureMeter) {
        self.options = options
        self.stop = stop
        self.meter = meter
    }

    /// Makes pictures until the stop signal comes, or `present` says so.
    func run(_ present: (consuming Picture, PacketLedger.Entry) -> Bool) -> SessionEnd {
        let painter = TestPicture(size: options.size, frameRate: options.frameRate)
        var pool = PicturePool()
        let start = MonotonicTime.now
        var index = 0
        while true {
            let position = Int64(index) * 1_000_000 / Int64(options.frameRate)
            guard stop.sleep(until: start + .microseconds(position)) else { return .stopped }
            do throws(FrameCodecError) {
                var picture = try pool.picture(of: options.size, colorDescription: .webp)
                let now = Arrival.now
                painter.paint(frame: index, time: now.unix, into: &picture)
                meter.count(\.received)
                meter.decodedPicture(of: options.size, at: now.monotonic)
                guard present(picture, PacketLedger.Entry(timestamp: position, arrival: now)) else { return .stopped }
            } catch {
                return .failed(
                    CaptureError(code: .outOfMemory, message: "No test picture could be made.", cause: error)
                )
            }
            index += 1
            // A machine that is too slow makes fewer pictures rather than a backlog of them.
            let elapsed = start.duration(to: .now).microseconds
            index = max(index, Int(elapsed * Int64(options.frameRate) / 1_000_000))
        }
    }
}
