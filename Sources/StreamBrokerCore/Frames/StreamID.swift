/// The name of a stream: 1 to 64 of `A-Z a-z 0-9 _ -`, with one `~` between a stream and its rendition.
///
/// A `StreamID` can only be made from a valid name, so code that holds one never checks it again.
public struct StreamID: Hashable, Sendable, CustomStringConvertible {
    /// The name as it appears in addresses.
    public let name: String

    /// The largest number of characters in a name.
    public static let maximumLength = 64

    /// Makes an id from a name that has already been percent-decoded once.
    ///
    /// - Throws: ``StreamIDError`` when the name is empty, too long, or has a character that is not allowed.
    public init(_ name: some StringProtocol) throws(StreamIDError) {
        var length = 0
        var separators = 0
        var previousWasSeparator = true
        for byte in name.utf8 {
            length += 1
            guard length <= Self.maximumLength else { throw StreamIDError(reason: .tooLong) }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                previousWasSeparator = false
            case UInt8(ascii: "~"):
                separators += 1
                guard !previousWasSeparator, separators == 1 else { throw StreamIDError(reason: .misplacedSeparator) }
                previousWasSeparator = true
            default:
                throw StreamIDError(reason: .invalidCharacter)
            }
        }
        guard length > 0 else { throw StreamIDError(reason: .empty) }
        guard !previousWasSeparator else { throw StreamIDError(reason: .misplacedSeparator) }
        self.name = String(name)
    }

    /// The name.
    public var description: String { name }
}

/// Why a name is no ``StreamID``.
public struct StreamIDError: Error, Hashable, Sendable, CustomStringConvertible {
    enum Reason: Hashable, Sendable {
        case empty, tooLong, invalidCharacter, misplacedSeparator
    }

    let reason: Reason

    /// A sentence that says what is wrong with the name.
    public var description: String {
        switch reason {
        case .empty: "the stream id is empty"
        case .tooLong: "the stream id is longer than \(StreamID.maximumLength) characters"
        case .invalidCharacter: "the stream id has a character other than A-Z a-z 0-9 _ - ~"
        case .misplacedSeparator: "the stream id has a ~ that is not between a stream and its rendition"
        }
    }

    /// What to do about it.
    public var hint: String {
        "use 1 to \(StreamID.maximumLength) of A-Z a-z 0-9 _ - (and one ~ before a rendition's name), for example front-door"
    }
}
