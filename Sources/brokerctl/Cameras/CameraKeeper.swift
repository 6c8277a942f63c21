import ConfigurationFiles
import Logging
import StreamBrokerKit

/// Keeps one camera: watches who watches, and carries out what the ``CameraMachine`` decides.
struct CameraKeeper: Sendable {
    private enum Event: Sendable {
        case viewers(Int, channel: Int)
        case reported(SourceReport)
        case exited(String)
        case timer
    }

    let camera: CamerasFile.Camera
    let process: CameraProcess
    /// Of the camera's stream and of its renditions.
    let channels: [StreamBrokerKit.Channel<Frame>]
    let sources: StreamSources
    let logger: Logger

    /// Keeps the camera until the task is cancelled; its process is gone then.
    func run() async {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        var machine = CameraMachine(isOnDemand: camera.isOnDemand)
        var running: Task<Void, Never>?
        var line: AsyncStream<KeeperMessage>.Continuation?
        var viewersOfChannels = Array(repeating: 0, count: channels.count)
        var viewers: Int { viewersOfChannels.reduce(0, +) }
        await withDiscardingTaskGroup { group in
            func carryOut(_ actions: [CameraMachine.Action]) {
                for action in actions {
                    switch action {
                    case .start:
                        let (messages, speak) = AsyncStream.makeStream(
                            of: KeeperMessage.self,
                            bufferingPolicy: .bufferingNewest(1)
                        )
                        speak.yield(.viewers(viewers))
                        line = speak
                        running = Task {
                            let ending = await process.run(messages: messages) { continuation.yield(.reported($0)) }
                            continuation.yield(.exited(ending))
                        }
                    case .stop:
                        running?.cancel()
                    case .wake(let time):
                        group.addTask {
                            // Cancelled when all is over, and then nobody listens.
                            try? await Task.sleep(until: time, clock: .continuous)
                            continuation.yield(.timer)
                        }
                    case .tell(let status):
                        sources[camera.stream] = status
                    case .logExit(let reason, let pause):
                        logger.warning(
                            "the camera's process \(reason); it is started again in \(pause.wholeMicroseconds / 1_000) ms"
                        )
                    }
                }
            }
            for (index, channel) in channels.enumerated() {
                group.addTask {
                    for await count in channel.subscriberCounts { continuation.yield(.viewers(count, channel: index)) }
                }
            }
            carryOut(machine.began(now: .now))
            for await event in events {
                switch event {
                case .viewers(let count, let channel):
                    viewersOfChannels[channel] = count
                    line?.yield(.viewers(viewers))
                    carryOut(machine.viewersChanged(viewers, now: .now))
                case .reported(let report):
                    carryOut(machine.reported(report))
                case .exited(let reason):
                    line?.finish()
                    (running, line) = (nil, nil)
                    carryOut(machine.exited(reason: reason, now: .now, jitter: .random(in: 0...1)))
                case .timer:
                    carryOut(machine.timerFired(now: .now))
                }
            }
            group.cancelAll()
        }
        running?.cancel()
        line?.finish()
        await running?.value
        sources[camera.stream] = nil
    }
}
