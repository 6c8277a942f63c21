/// When to warn that a certificate is about to expire: from two weeks before its end on, once a day.
package struct ExpiryWarning: Sendable {
    private static let margin: Int64 = 14 * 86_400
    private static let interval: Int64 = 86_400

    private var last: Int64?

    package init() {}

    /// The days that are left, rounded up, when it is time to say so; 0 or less for a certificate that has expired. Times are seconds since
    /// 1970.
    package mutating func due(expiry: Int64, now: Int64) -> Int64? {
        guard expiry - now < Self.margin else {
            last = nil
            return nil
        }
        if let last, now - last < Self.interval { return nil }
        last = now
        return (expiry - now + 86_399) / 86_400
    }
}
