/// The latest pass of an HTTP/2 connection, each request of which has a handler of its own: the next one most likely has the same token.
/// Lives on the connection's event loop.
final class ConnectionPass {
    var pass: AccessPass?
}

@available(*, unavailable)
extension ConnectionPass: Sendable {}
