import ConfigurationFiles
import Logging
import ServiceLifecycle
import StreamBrokerKit
import UnixSignals

/// Keeps the cameras of a file, and follows the file when told by SIGHUP that it is another one.
struct CameraFleet: Service {
    let broker: Broker
    let sources: StreamSources
    /// The socket on which the broker takes the cameras' frames.
    let socket: BrokerURL
    let first: [CamerasFile.Camera]
    /// Reads the file anew.
    let reload: @Sendable () async throws -> [CamerasFile.Camera]
    /// Is done when the broker listens.
    let whenReady: @Sendable () async throws -> Void
    /// How the cameras' processes log, by the environment's names.
    let logSettings: [String: String]
    let logger: Logger

    /// Keeps the cameras until a graceful shutdown or cancellation; no process of theirs is left then.
    func run() async throws {
        try await whenReady()
        var kept: [StreamID: (camera: CamerasFile.Camera, task: Task<Void, Never>)] = [:]
        var cameras: [CamerasFile.Camera]? = first
        let signals = await UnixSignalsSequence(trapping: .sighup)
        let reloads = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let listening = Task {
            for await _ in signals { reloads.continuation.yield() }
        }
        await withGracefulShutdownHandler {
            var changes = reloads.stream.makeAsyncIterator()
            repeat {
                if let cameras { await follow(cameras, &kept) }
                guard await changes.next() != nil else { break }
                do { cameras = try await reload() } catch {
                    cameras = nil
                    logger.error("the cameras stay as they are: \(error)")
                }
            } while !Task.isCancelled
        } onGracefulShutdown: {
            reloads.continuation.finish()
        }
        listening.cancel()
        for (_, task) in kept.values { task.cancel() }
        for (_, task) in kept.values { await task.value }
    }

    /// Lets go of the cameras that are gone or changed, and takes on those that are new; the others notice nothing.
    private func follow(
        _ cameras: [CamerasFile.Camera],
        _ kept: inout [StreamID: (camera: CamerasFile.Camera, task: Task<Void, Never>)]
    ) async {
        let wanted = Dictionary(cameras.map { ($0.stream, $0) }) { first, _ in first }
        let gone = kept.filter { stream, old in wanted[stream].map { $0.isOther(than: old.camera) } ?? true }
        for (stream, old) in gone {
            logger.info(wanted[stream] == nil ? "camera removed" : "camera changed", metadata: ["stream": "\(stream)"])
            old.task.cancel()
        }
        for (stream, old) in gone {
            await old.task.value
            kept[stream] = nil
        }
        let workers = wanted.count > 1 ? 1 : nil
        for camera in cameras where kept[camera.stream] == nil {
            var logger = logger
            logger[metadataKey: "stream"] = "\(camera.stream)"
            do {
                let keeper = CameraKeeper(
                    camera: camera,
                    process: process(camera, workers: workers),
                    channels: try camera.streams().map(broker.channel),
                    sources: sources,
                    logger: logger
                )
                kept[camera.stream] = (camera, Task { await keeper.run() })
            } catch {
                logger.error("the camera cannot be kept: \(error)")
            }
        }
    }

    private func process(_ camera: CamerasFile.Camera, workers: Int?) -> CameraProcess {
        var settings = camera.settings.mapValues(\.text).merging(logSettings) { $1 }
        // Of many cameras each gets one encoder: two of one camera would only take the place of another's.
        let key = SettingKey.encoderWorkers.environmentName
        if settings[key] == nil, let workers { settings[key] = "\(workers)" }
        return CameraProcess(stream: camera.stream, broker: socket, settings: settings)
    }
}

extension CamerasFile.Camera {
    /// The streams that it is published on: its own and those of its renditions.
    ///
    /// - Throws: `SettingError`.
    func streams() throws -> [StreamID] {
        let renditions = try PublishPlan.renditions(Settings(only: settings), flags: [], of: stream)
        return [stream] + (try renditions.map { try PublishPlan.renditionStream($0, of: stream) })
    }

    /// Whether a camera must be started anew to be like this one. Where it stands in the file does not matter.
    func isOther(than other: Self) -> Bool {
        isOnDemand != other.isOnDemand || settings.mapValues(\.text) != other.settings.mapValues(\.text)
    }
}
