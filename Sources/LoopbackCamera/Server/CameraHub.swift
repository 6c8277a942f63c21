import FrameCodec
import Logging
import NIOCore
import NIOPosix

/// Takes frames from the source when they are due and gives them to every connection that plays.
///
/// Lives on one event loop, and so do its connections: nothing here is shared between threads.
final class CameraHub {
    /// A frame may be so late; frames then come faster for a while.
    private static let patience = TimeAmount.milliseconds(250)

    let loop: any EventLoop
    let logger: Logger
    let configuration: LoopbackCamera.Configuration
    let description: SessionDescription
    /// The synchronization source of the RTP packets.
    let source: UInt32
    /// Ends when the source fails, or when the camera is told to stop.
    let ended: EventLoopPromise<Void>

    private let frames: any FrameSource
    private var packetizer: RTPPacketizer
    private var connections: [ObjectIdentifier: RTSPConnection] = [:]
    private var start = NIODeadline.now()
    /// Time in which frames were due that the machine did not manage; timestamps go on with the clock.
    private var lost = TimeAmount.zero
    private var task: Scheduled<Void>?
    private var hasEnded = false

    init(_ configuration: LoopbackCamera.Configuration, loop: any EventLoop, logger: Logger) throws {
        self.configuration = configuration
        self.loop = loop
        self.logger = logger
        source = .random(in: 1 ... .max)
        // The muxer has something to say about every frame of a clip that is not to its taste.
        LibAVLog.silence()
        switch configuration.source.kind {
        case .clip(let path): frames = try ClipSource(path: path)
        case .testPicture(let size, let rate): frames = try TestPictureSource(size: size, frameRate: rate)
        }
        packetizer = try RTPPacketizer(parameters: frames.parameters, source: source)
        description = packetizer.description
        ended = loop.makePromise()
    }

    /// Starts the camera's clock.
    func run() {
        start = .now()
        scheduleNext()
    }

    /// Stops the clock and closes every connection.
    func stop(_ error: (any Error)? = nil) {
        guard !hasEnded else { return }
        hasEnded = true
        task?.cancel()
        for connection in connections.values { connection.close() }
        if let error { ended.fail(error) } else { ended.succeed() }
    }

    /// Whether one more connection may come.
    func admit(_ connection: RTSPConnection) -> Bool {
        guard !hasEnded, connections.count < configuration.maximumConnections else { return false }
        connections[ObjectIdentifier(connection)] = connection
        return true
    }

    func remove(_ connection: RTSPConnection) {
        connections[ObjectIdentifier(connection)] = nil
    }

    private func scheduleNext() {
        guard !hasEnded else { return }
        do {
            let due = try frames.nextDue()
            var deadline = start + TimeAmount(due)
            let now = NIODeadline.now()
            let late = now - deadline
            if late > Self.patience {
                // The machine slept, or is too slow. A real camera does not catch up either: it lost that time.
                start = start + late
                lost += late
                deadline = now
            }
            let hub = NIOLoopBound(self, eventLoop: loop)
            task = loop.scheduleTask(deadline: deadline) { hub.value.deliverNext() }
        } catch {
            stop(error)
        }
    }

    private func deliverNext() {
        do {
            let captureTime = UnixTime.microseconds
            let frame = try frames.next(captureTime: captureTime)
            let packets = try packetizer.packets(of: frame, delay: lost.nanoseconds * 9 / 100_000)
            if !packets.isEmpty {
                let unit = AccessUnit(packets: packets, isKeyframe: frame.isKeyframe, captureTime: captureTime)
                for connection in connections.values { connection.deliver(unit) }
            }
            scheduleNext()
        } catch {
            stop(error)
        }
    }
}
