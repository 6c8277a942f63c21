/// A version of Caddy, as `caddy version` prints it: `2.6.2`, `v2.8.4 h1:…`.
package struct CaddyVersion: Sendable, Comparable, CustomStringConvertible {
    /// The oldest that understands the file that is written for it.
    package static let oldest = CaddyVersion(numbers: [2, 5, 0])

    private let numbers: [Int]

    private init(numbers: [Int]) { self.numbers = numbers }

    /// `nil` for a text that is no version.
    package init?(_ text: String) {
        guard let word = text.split(whereSeparator: \.isWhitespace).first else { return nil }
        let plain = word.drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }
        let numbers = plain.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count >= 2, !numbers.contains(nil) else { return nil }
        self.numbers = numbers.compactMap { $0 }
    }

    package static func < (one: Self, other: Self) -> Bool { one.numbers.lexicographicallyPrecedes(other.numbers) }

    package var description: String { numbers.map(String.init).joined(separator: ".") }
}
