public import StreamBrokerCore

/// Which streams a grant is for: one stream, `front-door`, or all whose names begin alike, `front-*`; `*` is every stream.
///
/// A stream's renditions belong to it: `front` covers `front~small`, and `front~small` covers nothing but itself.
public struct StreamPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: Hashable, Sendable {
        case stream(String)
        case prefix(String)
    }

    private let kind: Kind

    /// Every stream.
    public static let all = StreamPattern(kind: .prefix(""))

    private init(kind: Kind) {
        self.kind = kind
    }

    /// The pattern of one stream and its renditions.
    public init(_ stream: StreamID) {
        self.init(kind: .stream(stream.name))
    }

    /// Reads a pattern.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/invalidPattern``.
    public init(_ text: some StringProtocol) throws(AccessError) {
        guard text.hasSuffix("*") else {
            do { self.init(try StreamID(text)) } catch { throw .invalidPattern("\(error)") }
            return
        }
        let prefix = String(text.dropLast())
        if !prefix.isEmpty {
            // With a letter behind it, what may begin a name is a name.
            do { _ = try StreamID(prefix + "a") } catch { throw .invalidPattern("\(error)") }
        }
        self.init(kind: .prefix(prefix))
    }

    /// Whether the pattern is for this stream.
    public func matches(_ stream: StreamID) -> Bool {
        switch kind {
        case .stream(let name): stream.name == name || stream.name.hasPrefix("\(name)~")
        case .prefix(let prefix): stream.name.hasPrefix(prefix)
        }
    }

    /// The stream, when it is a single one.
    package var stream: String? {
        if case .stream(let name) = kind { return name }
        return nil
    }

    /// The pattern as it is written.
    public var description: String {
        switch kind {
        case .stream(let name): name
        case .prefix(let prefix): "\(prefix)*"
        }
    }
}
