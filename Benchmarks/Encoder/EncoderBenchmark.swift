import Foundation
import FrameCodec

/// What an image costs in bytes and CPU time with the live encoder and with libwebp, at which likeness.
///
///     EncoderBenchmark [--plot FILE] [--pictures N] [--quality N,N,…] [--only-method-0] CLIP…
@main
enum EncoderBenchmark {
    static func main() throws {
        var arguments = Arguments(CommandLine.arguments.dropFirst())
        let plot = arguments.option("--plot")
        let pictures = arguments.option("--pictures").flatMap { Int($0) } ?? 13
        let qualities = arguments.option("--quality")?.split(separator: ",").compactMap { Float($0) }
        let methods = arguments.flag("--only-method-0") ? [0] : [0, 2, 4]
        let latency = arguments.flag("--latency")
        guard !arguments.rest.isEmpty, pictures > 1 else {
            print(
                "usage: EncoderBenchmark [--plot FILE] [--pictures N] [--quality N,N,...] [--only-method-0] [--latency] CLIP..."
            )
            exit(2)
        }
        let kernels = VP8Kernels.allCases.filter { $0.isAvailable && $0 != .portable }
        let best = kernels.last ?? .portable
        if latency {
            try compareThreads(arguments.rest, pictures, best)
            return
        }
        let live = (kernels.isEmpty ? [.portable] : kernels.reversed()).map { Contender.live($0, threads: 1) }
        let reference = Contender.libwebp(method: 0)
        let measurement = Measurement(
            contenders: live + methods.map { .libwebp(method: $0) },
            qualities: qualities ?? [30, 50, 65, 75, 80, 85, 90, 95]
        )
        var curves: [Curve] = []
        for path in arguments.rest {
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
    private static func compareThreads(_ paths: [String], _ pictures: Int, _ kernels: VP8Kernels) throws {
        print("| clip | ms, one thread | ms, two threads | of one | CPU ms, two threads |\n|---|--:|--:|--:|--:|")
        for path in paths {
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

/// Options first, then the rest.
private struct Arguments {
    private(set) var rest: [String]

    init(_ arguments: some Sequence<String>) {
        rest = Array(arguments)
    }

    mutating func flag(_ name: String) -> Bool {
        guard let index = rest.firstIndex(of: name) else { return false }
        rest.remove(at: index)
        return true
    }

    mutating func option(_ name: String) -> String? {
        guard let index = rest.firstIndex(of: name), index + 1 < rest.count else { return nil }
        defer { rest.removeSubrange(index...(index + 1)) }
        return rest[index + 1]
    }
}

extension [Point] {
    fileprivate var pair: (Point, Point) { (self[0], self[1]) }
}
