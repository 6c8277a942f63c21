/// What a client did wrong on a WebSocket, and the close code it is told.
package struct WebSocketViolation: Error, Hashable, Sendable {
    package var closeCode: WebSocketCloseCode
    package var reason: String

    package init(_ closeCode: WebSocketCloseCode, _ reason: String) {
        self.closeCode = closeCode
        self.reason = reason
    }
}
