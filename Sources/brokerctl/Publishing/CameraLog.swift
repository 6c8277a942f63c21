import Logging
import RTSPCapture

/// A camera's news as lines of the log.
enum CameraLog {
    static func tell(_ event: CaptureEvent, _ logger: Logger) {
        switch event {
        case .live, .fellBack: logger.info("camera \(event)")
        case .condition(let condition): logger.log(level: condition.isFault ? .warning : .info, "camera \(event)")
        // Quality changes every other second and more; size seldom does, and shows.
        case .adjusted(let settings): logger.log(level: settings.scale < 1 ? .info : .debug, "camera \(event)")
        case .lost, .encodingFailed: logger.warning("camera \(event)")
        case .connecting, .ended: logger.debug("camera \(event)")
        }
    }
}
