/// How many frames of a stream a viewer that acknowledges may have without having told that it got them.
package struct AcknowledgementWindow: Sendable {
    package static let limit = 2

    private var unacknowledged: [UInt64] = []

    package init() {}

    package var isOpen: Bool { unacknowledged.count < Self.limit }

    package mutating func sent(_ sequence: UInt64) {
        unacknowledged.append(sequence)
    }

    /// An acknowledgement covers every frame up to its sequence.
    package mutating func acknowledged(upTo sequence: UInt64) {
        unacknowledged.removeAll { $0 <= sequence }
    }
}
