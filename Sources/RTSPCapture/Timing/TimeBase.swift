/// The unit of a stream's timestamps: `numerator/denominator` seconds.
package struct TimeBase: Hashable, Sendable {
    package var numerator: Int32
    package var denominator: Int32

    package init(numerator: Int32, denominator: Int32) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// A timestamp in microseconds, rounded to the nearest; nil when that is out of range or the unit makes no sense.
    package func microseconds(_ ticks: Int64) -> Int64? {
        guard numerator > 0, denominator > 0 else { return nil }
        let (scaled, unit) = (Int128(ticks) * Int128(numerator) * 1_000_000, Int128(denominator))
        return Int64(exactly: (scaled + (scaled < 0 ? -unit / 2 : unit / 2)) / unit)
    }
}
