internal import Foundation
public import Logging
public import ServiceLifecycle
public import StreamBrokerCore

/// Posts encoded pictures to one stream of a broker, and never makes the capture wait.
///
/// ``publish(_:captureTime:)`` hands a picture over and returns at once. A few posts are under way at a time, one picture waits, and a
/// newer one takes its place: what the network cannot carry is dropped and counted, never queued. A broker that is away is tried again
/// with growing, random pauses. Each change of state is one line in the log.
///
///     let publisher = FramePublisher(broker: try BrokerURL("http://127.0.0.1:3090"), stream: try StreamID("front-door"), logger: logger)
///     async let posting: Void = publisher.run()
///     for await frame in frames { publisher.publish(frame.bytes, captureTime: frame.captureTime) }
///     publisher.finish()
///     try await posting
public final class FramePublisher: Service {
    /// The broker.
    public let broker: BrokerURL
    /// The stream that is posted to.
    public let stream: StreamID

    private let configuration: FramePublisherConfiguration
    private let log: PublisherLog
    private let machine: Locked<PublisherStateMachine>
    /// How many subscribers the stream has, as each answer of the broker tells it; the newest count only for a reader that is busy. Ends
    /// with ``run()``. For one reader.
    public let subscriberCounts: AsyncStream<Int>
    private let subscriberCountsContinuation: AsyncStream<Int>.Continuation
    // Bounded by the machine: a few posts, and what it has to say about them.
    private let actions: AsyncStream<PublisherStateMachine.Action>
    private let actionsContinuation: AsyncStream<PublisherStateMachine.Action>.Continuation

    /// Makes a publisher; nothing is sent before ``run()``.
    public init(
        broker: BrokerURL,
        stream: StreamID,
        configuration: FramePublisherConfiguration = FramePublisherConfiguration(),
        logger: Logger
    ) {
        self.broker = broker
        self.stream = stream
        self.configuration = configuration
        log = PublisherLog(logger: logger, broker: broker, stream: stream)
        let firstSequence = UInt64(max(1, SystemClock.unixTime.rawValue))
        machine = Locked(PublisherStateMachine(configuration: configuration, firstSequence: firstSequence))
        (actions, actionsContinuation) = AsyncStream.makeStream()
        (subscriberCounts, subscriberCountsContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Hands a picture over. May be called from any thread; it takes microseconds and never waits.
    ///
    /// - Parameters:
    ///   - image: One whole image file: WebP, JPEG, PNG or AVIF.
    ///   - captureTime: When the picture was taken, for viewers to tell its age.
    public func publish(_ image: [UInt8], captureTime: UnixMicroseconds? = nil) {
        let frame = CapturedFrame(image: image, captureTime: captureTime)
        carryOut(machine.withLock { $0.offered(frame, now: .now) })
    }

    /// What became of the frames so far.
    public var statistics: FramePublisherStatistics { machine.withLock { $0.statistics } }

    /// Takes no more frames; ``run()`` returns once the last ones are posted, or after ``FramePublisherConfiguration/drainTimeout``.
    public func finish() {
        carryOut(machine.withLock { $0.drain(now: .now) })
    }

    /// Posts until ``finish()`` is called, a graceful shutdown is asked for, or the task is cancelled. Call it once.
    ///
    /// - Throws: ``BrokerClientError`` with ``BrokerClientError/Code/invalidConfiguration`` when the CA file cannot be used. A broker
    ///   that is away or refuses is not an error here.
    public func run() async throws {
        defer { subscriberCountsContinuation.finish() }
        let client = try IngestClient(broker: broker, stream: stream, configuration: configuration)
        if broker.isSecure, !configuration.tls.verifiesCertificates { log.unverified() }
        carryOut(machine.withLock { $0.started(now: .now) })
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await action in actions {
                    switch action {
                    case .post(let post):
                        group.addTask { await self.perform(post, with: client) }
                    case .wake(let time):
                        group.addTask {
                            // Cancelled only when all is over, and then the machine no longer listens.
                            try? await Task.sleep(until: time, clock: .continuous)
                            self.carryOut(self.machine.withLock { $0.timerFired(now: .now) })
                        }
                    case .report(let event):
                        log.record(event)
                    case .finish:
                        actionsContinuation.finish()
                    }
                }
                // Cancelled from outside, the loop ends without the machine's consent.
                finish()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.finish()
        }
        await client.shutDown()
    }

    private func perform(_ post: IngestPost, with client: IngestClient) async {
        let outcome = await client.post(post)
        if case .accepted(let subscribers) = outcome { subscriberCountsContinuation.yield(subscribers) }
        carryOut(
            machine.withLock {
                $0.completed(
                    post.sequence,
                    outcome,
                    now: .now,
                    unixTime: SystemClock.unixTime,
                    jitter: .random(in: 0...1)
                )
            }
        )
    }

    // Decisions are made under the lock and carried out after it, so that two threads may carry out theirs in either order. That is
    // harmless: a post has its number already, and the broker refuses one that was overtaken.
    private func carryOut(_ decided: [PublisherStateMachine.Action]) {
        for action in decided { actionsContinuation.yield(action) }
    }
}
