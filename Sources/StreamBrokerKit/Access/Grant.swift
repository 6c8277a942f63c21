public import StreamBrokerCore

/// A right: what may be done, with which streams, and until when.
public struct Grant: Hashable, Sendable {
    /// What may be done.
    public var permissions: Set<Permission>
    /// The streams that it may be done with; ``Permission/admin`` is about none.
    public var streams: [StreamPattern]
    /// From when on the right is gone; `nil` for never.
    public var expiry: UnixMicroseconds?

    /// Makes a right; without streams it is for all of them.
    public init(_ permissions: Set<Permission>, streams: [StreamPattern] = [.all], expiry: UnixMicroseconds? = nil) {
        self.permissions = permissions
        self.streams = streams
        self.expiry = expiry
    }

    func isExpired(at now: UnixMicroseconds) -> Bool { expiry.map { $0 <= now } ?? false }

    func allows(_ permission: Permission, _ stream: StreamID, at now: UnixMicroseconds) -> Bool {
        permissions.contains(permission) && !isExpired(at: now) && streams.contains { $0.matches(stream) }
    }

    func allows(_ permission: Permission, at now: UnixMicroseconds) -> Bool {
        permissions.contains(permission) && !isExpired(at: now)
    }
}
