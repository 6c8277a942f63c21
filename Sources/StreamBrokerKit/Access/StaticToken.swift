/// A token that is known beforehand, by its hash.
public struct StaticToken: Hashable, Sendable {
    /// What to call its holder in the log.
    public var name: String
    /// The token's hash.
    public var hash: TokenHash
    /// What its holder may do.
    public var grant: Grant

    /// A token with this hash.
    public init(name: String, hash: TokenHash, grant: Grant) {
        self.name = name
        self.hash = hash
        self.grant = grant
    }
}
