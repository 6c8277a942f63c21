import NIOCore
import NIOPosix
import StreamBrokerKit

/// The viewers of one kind, spread over all event loops and all streams.
struct ViewerGroup: Sendable {
    private let configuration: LoadConfiguration
    private let pace: LoadViewer.Pace
    private let count: Int
    private let tls: LoadTLS
    private let loops: [(loop: any EventLoop, tally: NIOLoopBoundBox<LoadViewer.LoopTally>)]

    init(
        _ configuration: LoadConfiguration,
        tls: LoadTLS,
        pace: LoadViewer.Pace,
        count: Int,
        group: MultiThreadedEventLoopGroup
    ) {
        self.configuration = configuration
        self.tls = tls
        self.pace = pace
        self.count = count
        loops = group.makeIterator().map { loop in
            (loop, NIOLoopBoundBox.makeBoxSendingValue(LoadViewer.LoopTally(), eventLoop: loop))
        }
    }

    /// Connects everybody, a hundred at a time so that no queue of waiting connections overflows.
    func join() async throws {
        var refused = 0
        for start in stride(from: 0, to: count, by: 100) {
            refused += await withTaskGroup(of: Bool.self) { tasks in
                for index in start..<min(start + 100, count) { tasks.addTask { await connect(index) } }
                return await tasks.reduce(0) { $0 + ($1 ? 0 : 1) }
            }
        }
        if refused > 0 { throw LoadError.viewersRefused(refused, of: count) }
    }

    func beginMeasuring() async {
        for (loop, box) in loops {
            try? await loop.submit {
                box.value.tally = ViewerTally()
                box.value.isMeasuring = true
                for viewer in box.value.viewers.values { viewer.beginMeasuring() }
            }.get()
        }
    }

    func endMeasuring() async -> ViewerTally {
        var sum = ViewerTally()
        for (loop, box) in loops {
            let tally = try? await loop.submit {
                box.value.isMeasuring = false
                var tally = box.value.tally
                tally.perViewer += box.value.viewers.values.map(\.deliveredCount)
                return tally
            }.get()
            if let tally { sum.add(tally) }
        }
        return sum
    }

    /// Replaces viewers at a steady rate until cancelled.
    func churn(perSecond rate: Double) async {
        guard rate > 0, count > 0 else { return }
        var index = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1 / rate))
            let (loop, box) = loops[index % loops.count]
            try? await loop.submit { box.value.viewers.values.first?.depart() }.get()
            _ = await connect(index)
            index += 1
        }
    }

    func leave() async {
        for (loop, box) in loops {
            try? await loop.submit {
                for viewer in Array(box.value.viewers.values) { viewer.depart() }
            }.get()
        }
    }

    private func connect(_ index: Int) async -> Bool {
        let (loop, box) = loops[index % loops.count]
        let stream = index % configuration.streams
        let protocolLine = configuration.acknowledges ? "Sec-WebSocket-Protocol: \(FrameHeader.subprotocol)\r\n" : ""
        let request =
            "GET \(configuration.path(configuration.viewerPath, stream: stream)) HTTP/1.1\r\n"
            + "Host: \(configuration.host)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(protocolLine)"
            + "\(configuration.token.headerLine)\r\n"
        let joined = loop.makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: loop)
            .channelInitializer { [pace, configuration, tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    try tls.add(to: channel)
                    try channel.pipeline.syncOperations.addHandler(
                        LoadViewer(
                            request: request,
                            pace: pace,
                            acknowledges: configuration.acknowledges,
                            tally: box.value,
                            joined: joined
                        )
                    )
                }
            }
            .connectTimeout(.seconds(10))
        do {
            _ = try await bootstrap.connect(host: configuration.host, port: configuration.port).get()
        } catch {
            joined.fail(error)
        }
        return (try? await joined.futureResult.get()) != nil
    }
}
