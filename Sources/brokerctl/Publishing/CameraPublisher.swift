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

    init(_ plan: PublishPlan, logger: Logger) throws {
        func publisher(_ stream: StreamID) -> FramePublisher {
            FramePublisher(broker: plan.broker, stream: stream, configuration: plan.publisher, logger: logger)
        }
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
            configuration: plan.pipeline,
            observer: { CameraLog.tell($0, logger) },
            renditions: { rendition, frame in
                renditionPublishers[rendition.name]?.publish(
                    frame.image.bytes,
                    captureTime: UnixMicroseconds(frame.captureTime)
                )
            }
        )
    }

    /// Publishes until the source ends; a graceful shutdown ends it, too.
    ///
    /// - Throws: `CaptureError` for what trying again cannot mend.
    func run() async throws {
        let publishers = [publisher] + renditionPublishers.values
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in publishers { group.addTask { try await publisher.run() } }
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
