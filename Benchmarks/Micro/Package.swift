// swift-tools-version: 6.1

import PackageDescription

// A package of its own: whoever uses Stream Broker does not get its benchmarks' dependencies.
let package = Package(
    name: "stream-broker-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "stream-broker", path: "../.."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "StreamBrokerBenchmarks",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "StreamBrokerKit", package: "stream-broker"),
            ],
            path: "Benchmarks/StreamBrokerBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    ]
)
