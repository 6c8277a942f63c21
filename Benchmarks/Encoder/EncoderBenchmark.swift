import ArgumentParser
import Foundation
import FrameCodec

/// What an image costs in bytes and CPU time with the live encoder and with libwebp, at which likeness.
@main
struct EncoderBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "EncoderBenchmark",
        abstract: "What an image costs in bytes and CPU time with the live encoder and with libwebp, at which likeness."
    )

    @Option(help: "Write the curves as an SVG picture to this file.") var plot: String?
    @Option(help: "How many pictures of each clip.") var pictures = 13
    @Option(help: "The qualities to measure at, with commas between.")
    var quality = QualityList(values: [30, 50, 65, 75, 80, 85, 90, 95])
    @Flag(name: .customLong("only-method-0"), help: "Leave libwebp's slower methods out.") var onlyMethod0 = false
    @Flag(help: "Measure instead how long one picture takes with one thread and with two.") var latency = false
    @Argument(help: "Video files.") var clips: [String]

    func validate() throws {
        guard pictures > 1 else { throw ValidationError("--pictures must be 2 at least") }
        for clip in clips where !FileManager.default.isReadableFile(atPath: clip) {
            throw ValidationError("\(clip) is not there, or may not be read")
        }
    }

    func run() throws {
        let kernels = VP8Kernels.allCases.filter { $0.isAvailable && $0 != .portable }
        let best = kernels.last ?? .portable
        if latency {
            return try compareThreads(best)
        }
        let live = (kernels.isEmpty ? [.portable] : kernels.reversed()).map { Contender.live($0, threads: 1) }
        let reference = Contender.libwebp(method: 0)
        let measurement = Measurement(
            contenders: live + (onlyMethod0 ? [0] : [0, 2, 4]).map { .libwebp(method: $0) },
            qualities: quality.values
        )
        var curves: [Curve] = []
        for path in clips {
            let footage = try Footage(path: path, first: 30, count: pictures)
            curves += try measurement.run(footage)
        }
        let tables = Tables(curves: curves)
        print("\(tables.ratios(to: reference))\n\n\(tables.points)")
        if let plot {
            // Kernels give the same bytes: one line is enough.
            let lines = curves.filter { !live.dropFirst().contains($0.contender) }
            try Plot(curves: lines).svg.write(toFile: plot, atomically: true, encoding: .utf8)
        }
    }

    /// How long one picture takes with one thread and with two.
    private func compareThreads(_ kernels: VP8Kernels) throws {
        print("| clip | ms, one thread | ms, two threads | of one | CPU ms, two threads |\n|---|--:|--:|--:|--:|")
        for path in clips {
            let footage = try Footage(path: path, first: 30, count: pictures)
            let measurement = Measurement(
                contenders: [.live(kernels, threads: 1), .live(kernels, threads: 2)],
                qualities: [80]
            )
            let (one, two) = (try measurement.run(footage).map { $0.points[0] }).pair
            let numbers = [one.wall, two.wall, two.wall / one.wall, two.cpu].map { String(format: "%.2f", $0) }
            print("| \(footage.name) | \(numbers.joined(separator: " | ")) |")
        }
    }
}

struct QualityList: ExpressibleByArgument {
    var values: [Float]

    init(values: [Float]) {
        self.values = values
    }

    init?(argument: String) {
        let words = argument.split(separator: ",")
        values = words.compactMap { Float($0) }.filter { 0...100 ~= $0 }
        guard !values.isEmpty, values.count == words.count else { return nil }
    }

    var defaultValueDescription: String { values.map { String(format: "%g", $0) }.joined(separator: ",") }
}

extension [Point] {
    fileprivate var pair: (Point, Point) { (self[0], self[1]) }
}
