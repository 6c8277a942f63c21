import FrameCodec
import Logging
import RTSPCapture
import ServiceLifecycle
import StreamBrokerKit

/// Takes frames from a camera's pipeline and hands them to the publisher. Neither waits for the other.
struct CameraPublisher: Service {
    let pipeline: CameraPipeline
    let publisher: FramePublisher
    /// Of the renditions, by their names.
    let renditionPublishers: [String: FramePublisher]

    private let idle: IdleControl?

    /// - Parameter observer: Is told the camera's news besides the log, on the pipeline's threads.
    init(
        _ plan: PublishPlan,
        logger: Logger,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in }
    ) throws {
        func publisher(_ stream: StreamID) -> FramePublisher {
            FramePublisher(broker: plan.broker, stream: stream, configuration: plan.publisher, logger: logger)
        }
        let idle = plan.isFullRate ? nil : IdleControl()
        self.idle = idle
        var configuration = plan.pipeline
        configuration.capture.throttle = idle?.throttle
        self.publisher = publisher(plan.stream)
        let renditionPublishers = Dictionary(
            try plan.pipeline.renditions.map {
                ($0.name, publisher(try PublishPlan.renditionStream($0, of: plan.stream)))
            },
            // The pipeline refuses them.
            uniquingKeysWith: { first, _ in first }
        )
        self.renditionPublishers = renditionPublishers
        pipeline = CameraPipeline(
            configuration: configuration,
            observer: { event in
                observer(event)
                CameraLog.tell(event, logger)
            },
            renditions: { rendition, frame in
                renditionPublishers[rendition.name]?.publish(
                    frame.image.bytes,
                    captureTime: UnixMicroseconds(frame.captureTime)
                )
            }
        )
    }

    /// So many watch; known sooner than the next answer of the broker tells.
    func viewers(_ count: Int) {
        idle?.viewers(count, of: publisher.stream)
    }

    /// Publishes until the source ends; a graceful shutdown ends it, too.
    ///
    /// - Throws: `CaptureError` for what trying again cannot mend.
    func run() async throws {
        let publishers = [publisher] + renditionPublishers.values
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in publishers {
                group.addTask { try await publisher.run() }
                group.addTask {
                    for await count in publisher.subscriberCounts { idle?.viewers(count, of: publisher.stream) }
                }
            }
            do {
                try await cancelWhenGracefulShutdown {
                    for try await frame in pipeline {
                        publisher.publish(
                            frame.image.bytes,
                            captureTime: UnixMicroseconds(frame.captureTime)
                        )
                    }
                }
            } catch {
                for publisher in publishers { publisher.finish() }
                group.cancelAll()
                throw error
            }
            for publisher in publishers { publisher.finish() }
            try await group.waitForAll()
        }
    }
}
