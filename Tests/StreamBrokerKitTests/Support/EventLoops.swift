import NIOCore
import NIOPosix

/// Returns when every event loop has done what was handed to it before: viewers have then been offered all that was published.
func eventLoopsHaveCaughtUp() async throws {
    for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
        try await loop.submit {}.get()
    }
}
