import FrameCodec
import Logging
import RTSPCapture
import ServiceLifecycle
import StreamBrokerKit

/// Takes frames from a camera's pipeline and hands them to the publisher. Neither waits for the other.
struct CameraPublisher: Service {
    let pipeline: CameraPipeline
    let publisher: FramePublisher

    private let idle: IdleControl?

    /// - Parameter observer: Is told the camera's news besides the log, on the pipeline's threads.
    init(
        _ plan: PublishPlan,
        logger: Logger,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in }
    ) {
        let idle = plan.isFullRate ? nil : IdleControl()
        self.idle = idle
        var configuration = plan.pipeline
        configuration.capture.throttle = idle?.throttle
        publisher = FramePublisher(
            broker: plan.broker,
            stream: plan.stream,
            configuration: plan.publisher,
            logger: logger
        )
        pipeline = CameraPipeline(configuration: configuration) { event in
            observer(event)
            switch event {
            case .live, .fellBack: logger.info("camera \(event)")
            case .lost, .encodingFailed: logger.warning("camera \(event)")
            case .connecting, .ended: logger.debug("camera \(event)")
            }
        }
    }

    /// So many watch; known sooner than the next answer of the broker tells.
    func viewers(_ count: Int) {
        idle?.viewers(count)
    }

    /// Publishes until the source ends; a graceful shutdown ends it, too.
    ///
    /// - Throws: `CaptureError` for what trying again cannot mend.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            group.addTask {
                for await count in publisher.subscriberCounts { viewers(count) }
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
                publisher.finish()
                group.cancelAll()
                throw error
            }
            publisher.finish()
            try await group.waitForAll()
        }
    }
}
