/// A user event that tells a connection's handlers to finish.
struct ServerIsShuttingDown: Sendable {}
