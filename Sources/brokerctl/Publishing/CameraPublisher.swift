import FrameCodec
import Logging
import RTSPCapture
import ServiceLifecycle
import StreamBrokerKit

/// Takes frames from a camera's pipeline and hands them to the publisher. Neither waits for the other.
struct CameraPublisher: Service {
    let pipeline: CameraPipeline
    let publisher: FramePublisher

    init(_ plan: PublishPlan, logger: Logger) {
        publisher = FramePublisher(
            broker: plan.broker,
            stream: plan.stream,
            configuration: plan.publisher,
            logger: logger
        )
        pipeline = CameraPipeline(configuration: plan.pipeline) { event in
            switch event {
            case .connecting, .live, .fellBack: logger.info("camera \(event)")
            case .lost, .encodingFailed: logger.warning("camera \(event)")
            case .ended: logger.debug("camera \(event)")
            }
        }
    }

    /// Publishes until the source ends; a graceful shutdown ends it, too.
    ///
    /// - Throws: `CaptureError` for what trying again cannot mend.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
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
                publisher.finish()
                group.cancelAll()
                throw error
            }
            publisher.finish()
            try await group.waitForAll()
        }
    }
}
