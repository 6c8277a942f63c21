#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Steers an encoder so that it stays within a ``EncodingBudget``, with as much quality as that leaves.
///
/// It looks at a second of pictures at a time. Over the budget, it gives up quality first, down to a floor, then the
/// encoder's effort, and only then size: a smaller picture is what people see at once. Well below it, it takes back the
/// same in the opposite order, one thing at a time. What turned out to be too much is tried again later and later, so
/// that it does not swing.
///
/// Nothing here knows a clock or an encoder: what was measured comes in, and settings come out.
package struct BudgetController: Sendable {
    /// What one picture took.
    package struct Sample: Sendable {
        package var encodeTime: Duration
        package var bytes: Int
        /// The place on the source's time line in microseconds.
        package var timestamp: Int64
        /// Its number among the pictures that were to be encoded: those that were dropped for want of time leave gaps.
        package var number: UInt64

        package init(encodeTime: Duration, bytes: Int, timestamp: Int64, number: UInt64) {
            self.encodeTime = encodeTime
            self.bytes = bytes
            self.timestamp = timestamp
            self.number = number
        }
    }

    /// Below this quality, a smaller picture looks better.
    package static let qualityFloor: Float = 30
    /// By how much pictures are made smaller, one after another.
    package static let scales = [1, 0.75, 0.5, 0.375, 0.25]

    /// Sizes and times are steered to this share of the budget, since the next second is never quite like this one.
    private static let aim = 0.9
    /// Something is taken back when it would then fit into this share.
    private static let safeShare = 0.8
    /// A point of quality is about this much of an image's bytes (libwebp from 40 to 85, on street scenes).
    private static let bytesPerPoint = 0.03
    /// Quality changes by at most so many points a second, so that nobody sees it change.
    private static let largestFall: Float = 20
    private static let largestRise: Float = 4
    /// At most this many seconds until something that was too much is tried again.
    private static let longestWait = 64
    private static let window: Int64 = 1_000_000
    /// Fewer pictures tell too little.
    private static let fewestSamples = 5

    private let budget: EncodingBudget
    private let wanted: EncoderSettings
    /// Whether the encoder keeps to a limit of bytes by itself.
    private let limitsBytes: Bool

    /// What to encode with now.
    package private(set) var settings: EncoderSettings

    private var samples: [Sample] = []
    private var failures = 0
    /// Seconds in a row above the budget. One alone may be the machine's doing, and does not cost size.
    private var secondsOver = 0
    /// Seconds until something may be taken back, and how many it will be the next time.
    private var wait = 0
    private var nextWait = 2
    /// Seconds since something was taken back.
    private var secondsSinceRise: Int?

    /// - Parameters:
    ///   - wanted: the settings when nothing is in the way.
    ///   - frameRate: the pictures a second to expect.
    ///   - limitsBytes: whether the encoder keeps to ``EncoderSettings/byteLimit`` by itself.
    package init(_ budget: EncodingBudget, wanted: EncoderSettings, frameRate: Double, limitsBytes: Bool) {
        self.budget = budget
        self.wanted = wanted
        self.limitsBytes = limitsBytes
        settings = wanted
        if limitsBytes { settings.byteLimit = byteLimit(interval: 1 / frameRate) }
    }

    /// A picture could not be encoded within the limit.
    ///
    /// - Returns: whether the settings are others from now on.
    package mutating func failed() -> Bool {
        failures += 1
        guard limitsBytes, failures >= 3, let smaller = smallerScale else { return false }
        failures = 0
        samples = []
        settings.scale = smaller
        fell()
        return true
    }

    /// A picture was encoded with ``settings``.
    ///
    /// - Returns: whether the settings are others from now on.
    package mutating func encoded(_ sample: Sample) -> Bool {
        samples.append(sample)
        guard let first = samples.first, sample.timestamp - first.timestamp >= BudgetController.window else {
            return false
        }
        guard samples.count >= BudgetController.fewestSamples else { return false }
        defer {
            samples = []
            failures = 0
        }
        let before = settings
        adjust(to: Window(samples))
        return settings != before
    }

    /// A second of pictures, summed up.
    private struct Window {
        /// Seconds from picture to picture, those included that were dropped.
        let interval: Double
        /// Seconds from image to image.
        let imageInterval: Double
        /// Seconds that 19 of 20 pictures took at most.
        let encodeTime: Double
        let bytesPerPicture: Double

        init(_ samples: [Sample]) {
            // Of two workers, the one with the later picture may be done first.
            let samples = samples.sorted { $0.timestamp < $1.timestamp }
            let span = Double(samples.last!.timestamp - samples.first!.timestamp) / 1_000_000
            imageInterval = span / Double(samples.count - 1)
            interval = span / Double(max(1, samples.last!.number - samples.first!.number))
            let times = samples.map { Double($0.encodeTime.microseconds) / 1_000_000 }.sorted()
            encodeTime = times[min(times.count - 1, times.count * 19 / 20)]
            bytesPerPicture = Double(samples.reduce(0) { $0 + $1.bytes }) / Double(samples.count)
        }
    }

    private mutating func adjust(to window: Window) {
        wait = max(0, wait - 1)
        if let seconds = secondsSinceRise {
            secondsSinceRise = seconds + 1
            // What was taken back has held.
            if seconds >= 10 {
                secondsSinceRise = nil
                nextWait = max(2, nextWait / 2)
            }
        }
        if limitsBytes { settings.byteLimit = steadied(byteLimit(interval: window.imageInterval)) }
        let timeBudget = min(
            window.interval,
            budget.encodeTime.map { Double($0.microseconds) / 1_000_000 } ?? window.interval
        )
        let time = window.encodeTime / timeBudget
        let bytes =
            budget.bitsPerSecond.map { window.bytesPerPicture * 8 / (window.imageInterval * $0) }
            ?? 0
        if time > 1 || (bytes > 1 && !limitsBytes) {
            secondsOver += 1
            fall(time: time, bytes: limitsBytes ? 0 : bytes)
        } else {
            secondsOver = 0
            if wait == 0 { rise(time: time, bytes: bytes) }
        }
    }

    private mutating func fall(time: Double, bytes: Double) {
        fell()
        if settings.quality > floor && (bytes > 1 || !limitsBytes) {
            // Time follows quality less than bytes do.
            let excess = max(bytes, min(time, 1.5)) / BudgetController.aim
            let points = Float(log(excess) / BudgetController.bytesPerPoint)
            let fallen = settings.quality - min(BudgetController.largestFall, max(1, points.rounded(.up)))
            settings.quality = max(floor, fallen)
            // Quality is little of the time: what is far too slow gets both.
            guard time > 1.3 else { return }
        }
        if time > 1 && settings.method > 0 {
            settings.method -= 1
        } else if let smaller = smallerScale, secondsOver > 1 {
            settings.scale = smaller
        }
    }

    private mutating func rise(time: Double, bytes: Double) {
        let safe = BudgetController.safeShare
        if let larger = largerScale {
            let growth = (larger / settings.scale) * (larger / settings.scale)
            guard time * growth <= safe, limitsBytes || bytes * growth <= safe else {
                // The picture is small already: let it at least be good.
                return raiseQuality(time: time, bytes: bytes)
            }
            settings.scale = larger
            rose()
        } else if settings.method < wanted.method && time * 1.8 <= safe {
            settings.method += 1
            rose()
        } else {
            raiseQuality(time: time, bytes: bytes)
        }
    }

    private mutating func raiseQuality(time: Double, bytes: Double) {
        guard settings.quality < wanted.quality, time <= BudgetController.aim,
            limitsBytes || bytes < BudgetController.aim
        else { return }
        let room = bytes > 0 && !limitsBytes ? log(BudgetController.aim / bytes) / BudgetController.bytesPerPoint : 8
        let points = min(BudgetController.largestRise, Float(room / 2).rounded(.down))
        guard points >= 1 else { return }
        settings.quality = min(wanted.quality, settings.quality + points)
    }

    private var floor: Float { min(wanted.quality, BudgetController.qualityFloor) }

    private var smallerScale: Double? { BudgetController.scales.first { $0 < settings.scale } }

    private var largerScale: Double? { BudgetController.scales.last { $0 > settings.scale } }

    private mutating func fell() {
        if secondsSinceRise != nil {
            nextWait = min(BudgetController.longestWait, nextWait * 2)
            secondsSinceRise = nil
        }
        wait = nextWait
    }

    private mutating func rose() {
        secondsSinceRise = 0
        wait = 2
    }

    private func byteLimit(interval: Double) -> Int? {
        budget.bitsPerSecond.map { max(256, Int($0 * interval / 8)) }
    }

    /// A limit that differs by little is not worth a new encoder.
    private func steadied(_ limit: Int?) -> Int? {
        guard let limit, let current = settings.byteLimit else { return limit }
        return abs(limit - current) * 10 > current ? limit : current
    }
}
