/// What the keeper of cameras tells a camera's process over its standard input, a line each.
///
/// First come the settings, `NAME=value`, and an empty line; then, as often as it changes, `viewers N`. The end of the input means that
/// the keeper is gone, however it went, and that the process must end: that way no camera outlives its keeper, on any system.
package enum KeeperMessage: Sendable, Hashable {
    case viewers(Int)

    package init?(line: some StringProtocol) {
        let parts = line.split(separator: " ")
        guard parts.count == 2, parts[0] == "viewers", let count = Int(parts[1]), count >= 0 else { return nil }
        self = .viewers(count)
    }

    package var line: String {
        switch self {
        case .viewers(let count): "viewers \(count)"
        }
    }

    /// Settings as the lines that open the conversation.
    package static func opening(_ settings: [String: String]) -> String {
        settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined() + "\n"
    }

    /// One of the lines that open the conversation; `nil` when it is none.
    package static func setting(_ line: some StringProtocol) -> (name: String, value: String)? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        return (String(line[..<equals]), String(line[line.index(after: equals)...]))
    }
}
