import Benchmark
import StreamBrokerKit

/// What the parts of the frame path cost that no socket is needed for. Allocation counts are left out: without interposed system
/// calls they read 0 for any code (`Benchmarks/FanOut/allocations` counts them in the running broker).
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .cpuTotal, .throughput],
        scalingFactor: .kilo,
        maxDuration: .seconds(2)
    )

    Benchmark("Read the header of a 40 KB WebP") { benchmark in
        let image = SampleImage.webp(byteCount: 40_000)
        for _ in benchmark.scaledIterations { blackHole(try Frame(image: image)) }
    }

    Benchmark("Find the channel of one of 1,000 streams") { benchmark in
        let broker = Broker()
        let names = (0..<1_000).map { "stream-\($0)" }
        for name in names { blackHole(try broker.channel(name)) }
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations { blackHole(try broker.channel(names[index % names.count])) }
    }

    for subscribers in [0, 1, 100] {
        Benchmark("Publish to \(subscribers) in-process subscribers that do not read") { benchmark in
            let channel = Channel<Int>()
            let subscriptions = (0..<subscribers).map { _ in channel.subscribe(.latest) }
            benchmark.startMeasurement()
            for index in benchmark.scaledIterations { blackHole(try channel.publish(index)) }
            benchmark.stopMeasurement()
            blackHole(subscriptions)
        }
    }

    Benchmark("Publish to a subscriber that reads") { benchmark in
        let channel = Channel<Int>()
        let subscription = channel.subscribe(.dropOldest(limit: 4_096))
        let reader = Task {
            var count = 0
            for await _ in subscription { count += 1 }
            return count
        }
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations { blackHole(try channel.publish(index)) }
        benchmark.stopMeasurement()
        channel.finish()
        blackHole(await reader.value)
    }

    Benchmark("Write a frame's 32-byte header") { benchmark in
        let frame = try Frame(image: SampleImage.webp(byteCount: 1_000))
        let header = FrameHeader(frame)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(header.bytes) }
    }
}
