import Foundation
import Logging
import RTSPCapture
import ServiceLifecycle
import StreamBrokerKit

/// Says at intervals what a publisher does: on a terminal in one line that is written anew, else as lines of the log or the output.
struct PublishReporter: Service {
    enum Style {
        /// One line on standard error, written over and over.
        case terminal
        /// A line of the log.
        case log(Logger)
        /// A line of standard output.
        case output
    }

    let camera: @Sendable () async throws -> CameraPublisher
    let interval: Duration
    let style: Style

    func run() async throws {
        // Ending the wait is all that a shutdown asks of a reporter.
        try? await cancelWhenGracefulShutdown {
            let camera = try await camera()
            var last = sample(camera)
            while true {
                try await Task.sleep(for: interval)
                let now = sample(camera)
                say(PublishFigures(from: last, to: now).line)
                last = now
            }
        }
        if case .terminal = style { Terminal.write("\n") }
    }

    private func sample(_ camera: CameraPublisher) -> PublishFigures.Sample {
        .init(time: .now, capture: camera.pipeline.statistics, publisher: camera.publisher.statistics)
    }

    private func say(_ line: String) {
        switch style {
        case .terminal: Terminal.write("\r\u{1B}[K\(line)")
        case .log(let logger): logger.info("\(line)")
        case .output: Terminal.printLine(line)
        }
    }
}
