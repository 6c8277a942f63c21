import Histogram
import NIOCore
import NIOPosix
import StreamBrokerKit
import Synchronization

/// Puts a load on a broker and measures what comes out of it.
public struct LoadRun: Sendable {
    private let configuration: LoadConfiguration

    /// Makes a run; nothing happens before ``run()``.
    ///
    /// - Throws: ``LoadError/configuration(_:)``.
    public init(_ configuration: LoadConfiguration) throws(LoadError) {
        if let problem = configuration.problem { throw .configuration(problem) }
        self.configuration = configuration
    }

    /// Lets everybody join, publishes, measures, and lets everybody leave.
    ///
    /// - Throws: ``LoadError``, or the system's error when the broker cannot be reached.
    public func run() async throws -> LoadReport {
        let usageBeforeJoining = configuration.processID.flatMap(ProcessUsage.init(processID:))
        let group = MultiThreadedEventLoopGroup.singleton
        let tls = try LoadTLS(configuration)
        let healthy = ViewerGroup(
            configuration,
            tls: tls,
            pace: .healthy,
            count: configuration.viewers,
            group: group
        )
        let slow = ViewerGroup(
            configuration,
            tls: tls,
            pace: .slow(bytesPerSecond: configuration.slowBytesPerSecond),
            count: configuration.slowViewers,
            group: group
        )
        let stalled = ViewerGroup(
            configuration,
            tls: tls,
            pace: .stalled,
            count: configuration.stalledViewers,
            group: group
        )
        for viewers in [healthy, slow, stalled] { try await viewers.join() }

        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            let accepted = PublishedCount()
            if configuration.framesPerSecond > 0 {
                for stream in 0..<configuration.streams {
                    tasks.addTask {
                        try await LoadPublisher(
                            configuration: configuration,
                            tls: tls,
                            stream: stream,
                            published: accepted
                        ).run()
                    }
                }
            }
            // The first second fills the sockets and warms up the broker.
            try await Task.sleep(for: .seconds(1))
            let churn = Task { await healthy.churn(perSecond: configuration.churnPerSecond) }
            let usageBefore = configuration.processID.flatMap(ProcessUsage.init(processID:))
            await healthy.beginMeasuring()
            await slow.beginMeasuring()
            let publishedBefore = accepted.value
            let start = ContinuousClock.now
            let residentBytesAtMost = try await watchMemory(until: start + .seconds(configuration.seconds))
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            let published = accepted.value - publishedBefore
            let usageAfter = configuration.processID.flatMap(ProcessUsage.init(processID:))
            let healthyTally = await healthy.endMeasuring()
            let slowTally = await slow.endMeasuring()
            churn.cancel()
            tasks.cancelAll()
            while let result = await tasks.nextResult() {
                // Being cancelled, or cut in the middle of a post, is how a publisher ends here.
                if case .failure(let error) = result, !(error is CancellationError), !(error is ChannelError) {
                    throw error
                }
            }
            for viewers in [healthy, slow, stalled] { await viewers.leave() }

            let all = Double(healthyTally.delivered + slowTally.delivered)
            var report = LoadReport(
                configuration: configuration,
                seconds: elapsed,
                published: published,
                healthy: summary(healthyTally, count: configuration.viewers, published: published, seconds: elapsed),
                slow: configuration.slowViewers > 0
                    ? summary(slowTally, count: configuration.slowViewers, published: published, seconds: elapsed) : nil
            )
            if let usageBefore, let usageAfter {
                let used = Double(usageAfter.cpuMicroseconds - usageBefore.cpuMicroseconds)
                report.cpuMicrosecondsPerFrame = all > 0 ? used / all : nil
                report.residentBytes = usageAfter.residentBytes
                report.residentBytesAtStart = usageBefore.residentBytes
                report.residentBytesBeforeJoining = usageBeforeJoining?.residentBytes
                report.residentBytesAtMost = max(residentBytesAtMost, usageAfter.residentBytes)
            }
            return report
        }
    }

    /// Waits, and answers the most memory that the broker's process was seen to have.
    private func watchMemory(until end: ContinuousClock.Instant) async throws -> Int64 {
        var most: Int64 = 0
        while ContinuousClock.now < end {
            try await Task.sleep(until: min(end, .now + .seconds(1)), clock: .continuous)
            guard let processID = configuration.processID, let usage = ProcessUsage(processID: processID) else {
                continue
            }
            most = max(most, usage.residentBytes)
        }
        return most
    }

    private func summary(_ tally: ViewerTally, count: Int, published: UInt64, seconds: Double) -> LoadReport.Viewers {
        let perStream = Double(published) / Double(configuration.streams)
        func milliseconds(_ percentile: Double) -> Double {
            tally.delivered == 0 ? 0 : Double(tally.ages.valueAtPercentile(percentile)) / 1_000
        }
        return LoadReport.Viewers(
            count: count,
            delivered: tally.delivered,
            deliveredPerSecond: Double(tally.delivered) / seconds,
            megabytesPerSecond: Double(tally.bytes) / seconds / 1e6,
            ratio: perStream > 0 && count > 0 ? Double(tally.delivered) / (perStream * Double(count)) : 0,
            gaps: tally.gaps,
            torn: tally.torn,
            outOfOrder: tally.outOfOrder,
            disconnects: tally.disconnects,
            ageMilliseconds: .init(
                p50: milliseconds(50),
                p90: milliseconds(90),
                p99: milliseconds(99),
                max: milliseconds(100)
            ),
            fewestPerViewer: tally.perViewer.min() ?? 0,
            mostPerViewer: tally.perViewer.max() ?? 0,
            fairness: tally.fairness
        )
    }
}
