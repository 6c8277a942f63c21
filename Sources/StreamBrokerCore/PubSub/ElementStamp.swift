/// How a channel writes its sequence number, and whatever else is known at publishing, into an element.
struct ElementStamp<Element: Sendable>: Sendable {
    /// The number an element brings with it; 0 to be given the next one.
    var proposedSequence: @Sendable (Element) -> UInt64
    /// The element with its number.
    var stamp: @Sendable (Element, UInt64) -> Element

    static var none: Self {
        ElementStamp(proposedSequence: { _ in 0 }, stamp: { element, _ in element })
    }
}
