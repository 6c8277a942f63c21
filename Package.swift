// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    // A warning is a defect here. Swift ignores this when the package is somebody's dependency.
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "stream-broker",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "StreamBrokerKit", targets: ["StreamBrokerKit"]),
        .library(name: "FrameCodec", targets: ["FrameCodec"]),
        .library(name: "RTSPCapture", targets: ["RTSPCapture"]),
        .executable(name: "brokerctl", targets: ["brokerctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        // What `brokerctl run` is made of: the cameras' file, and a process for each camera.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        // The broker: protocol logic without I/O, then the I/O around it. No C library but one function of the system.
        .target(name: "StreamBrokerCore", swiftSettings: strict),
        .target(name: "CMemoryFile"),
        .target(
            name: "StreamBrokerKit",
            dependencies: [
                "StreamBrokerCore", "CMemoryFile",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // The page's files: Scripts/embed-page makes Swift source of them.
            exclude: ["Page/Assets"],
            swiftSettings: strict
        ),

        // Pictures: C libraries behind one owner type each. No NIO.
        .systemLibrary(
            name: "CLibAV",
            pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [
                .apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"]), .brew(["ffmpeg"]),
            ]
        ),
        .systemLibrary(
            name: "CLibWebP",
            pkgConfig: "libwebp",
            providers: [.apt(["libwebp-dev"]), .brew(["webp"])]
        ),
        // The inner loops of the encoder of our own: C, for instructions that Swift does not have. Chosen at run time.
        .target(name: "CVP8Kernels"),
        .target(name: "FrameCodec", dependencies: ["CLibAV", "CLibWebP", "CVP8Kernels"], swiftSettings: strict),
        .target(name: "RTSPCapture", dependencies: ["FrameCodec", "CLibAV"], swiftSettings: strict),

        // A camera for demonstrations and tests: an RTSP server on loopback.
        .target(
            name: "LoopbackCamera",
            dependencies: [
                "CLibAV", "FrameCodec", "RTSPCapture",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        // Load on a broker of this protocol, ours or another.
        .target(
            name: "LoadGenerator",
            dependencies: [
                "StreamBrokerKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict
        ),

        // What stands in files, read without looking at the world: where a mistake is, and what would be right.
        .target(
            name: "ConfigurationFiles",
            dependencies: ["StreamBrokerCore", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "brokerctl",
            dependencies: [
                "ConfigurationFiles", "StreamBrokerKit", "FrameCodec", "RTSPCapture", "LoopbackCamera", "LoadGenerator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "EmbedInServer",
            dependencies: [
                "StreamBrokerKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/EmbedInServer",
            exclude: ["README.md"],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "CameraInProcess",
            dependencies: [
                "StreamBrokerKit", "FrameCodec", "RTSPCapture",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/CameraInProcess",
            exclude: ["README.md"],
            swiftSettings: strict
        ),

        // The live encoder beside libwebp: bytes, likeness and CPU time. Documentation/LiveEncoder.md is made from it.
        .executableTarget(
            name: "EncoderBenchmark",
            dependencies: [
                "FrameCodec", "PictureQuality", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Encoder",
            swiftSettings: strict
        ),

        // What tests and benchmarks of pictures share: clips decoded, images decoded by others, and how alike two pictures are.
        .target(
            name: "PictureQuality",
            dependencies: ["FrameCodec", "CLibAV", "CLibWebP"],
            path: "Tests/PictureQuality",
            swiftSettings: strict
        ),
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
        .testTarget(
            name: "StreamBrokerCoreTests",
            dependencies: ["StreamBrokerCore", "SeededRandom"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StreamBrokerKitTests",
            dependencies: [
                "StreamBrokerKit", "SeededRandom",
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FrameCodecTests",
            dependencies: ["FrameCodec", "PictureQuality", "CLibAV", "CLibWebP"],
            swiftSettings: strict
        ),
        .testTarget(name: "RTSPCaptureTests", dependencies: ["RTSPCapture", "FrameCodec"], swiftSettings: strict),
        .testTarget(
            name: "LoopbackCameraTests",
            dependencies: [
                "LoopbackCamera", "RTSPCapture", "FrameCodec", "CLibAV",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BrokerctlTests",
            dependencies: ["brokerctl", "ConfigurationFiles", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)

// Programs without a main of their own, which libFuzzer brings: only for Scripts/fuzz-swift, which compiles for it.
if Context.environment["STREAM_BROKER_FUZZ"] != nil {
    let options: [SwiftSetting] = strict + [.unsafeFlags(["-parse-as-library"])]
    package.targets += [
        .executableTarget(
            name: "PictureFuzzer",
            dependencies: ["FrameCodec"],
            path: "Tests/Fuzz/Pictures",
            swiftSettings: options
        ),
        .executableTarget(
            name: "ImageFuzzer",
            dependencies: ["StreamBrokerCore"],
            path: "Tests/Fuzz/Images",
            swiftSettings: options
        ),
        .executableTarget(
            name: "MessageFuzzer",
            dependencies: ["StreamBrokerCore"],
            path: "Tests/Fuzz/Messages",
            swiftSettings: options
        ),
        .executableTarget(
            name: "RequestFuzzer",
            dependencies: ["StreamBrokerCore"],
            path: "Tests/Fuzz/Requests",
            swiftSettings: options
        ),
        .executableTarget(
            name: "ConfigurationFuzzer",
            dependencies: ["ConfigurationFiles"],
            path: "Tests/Fuzz/Configuration",
            swiftSettings: options
        ),
        .executableTarget(
            name: "HeaderFuzzer",
            dependencies: ["StreamBrokerCore"],
            path: "Tests/Fuzz/Headers",
            swiftSettings: options
        ),
    ]
}

// A part of it, for scripts that build it in another way and look at that part only: its tests and all that they need. The rest would be
// compiled for nothing.
let parts = [
    "broker": ["StreamBrokerCoreTests", "StreamBrokerKitTests"],
    "cameras": ["FrameCodecTests", "RTSPCaptureTests", "LoopbackCameraTests"],
]
if let name = Context.environment["STREAM_BROKER_PART"], let part = parts[name] {
    package.products = []
    package.targets = targets(neededBy: part, of: package.targets)
}

func targets(neededBy roots: [String], of all: [Target]) -> [Target] {
    var needed: Set<String> = []
    var unvisited = roots
    while let name = unvisited.popLast() {
        // A name that is no target of this package is a product of another one.
        guard let target = all.first(where: { $0.name == name }), needed.insert(name).inserted else { continue }
        unvisited += target.dependencies.compactMap { dependency in
            switch dependency {
            case .targetItem(let name, _), .byNameItem(let name, _): name
            default: nil
            }
        }
    }
    return all.filter { needed.contains($0.name) }
}
