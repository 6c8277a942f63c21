/// How many frames of a stream a viewer that acknowledges may have without having told that it got them.
package struct AcknowledgementWindow: Sendable {
    package static let limit = 2

    // The older and the newer of the two, 0 for none: sequences begin at 1. An array would be allocated for each viewer.
    private var older: UInt64 = 0
    private var newer: UInt64 = 0

    package init() {}

    package var isOpen: Bool { older == 0 || newer == 0 }

    package mutating func sent(_ sequence: UInt64) {
        if newer != 0 { older = newer }
        newer = sequence
    }

    /// An acknowledgement covers every frame up to its sequence.
    package mutating func acknowledged(upTo sequence: UInt64) {
        if older <= sequence { older = 0 }
        if newer <= sequence { newer = 0 }
    }
}
