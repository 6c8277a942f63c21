import StreamBrokerCore

/// What is known of the source of a stream by whoever keeps it running.
package struct SourceStatus: Sendable, Hashable, Encodable {
    /// Where a source stands.
    package enum State: String, Sendable, Encodable, CaseIterable {
        /// Nobody watches, and it runs on demand only.
        case idle
        /// It has been started, and no picture has come yet.
        case connecting
        /// Pictures come.
        case live
        /// The camera fails, and is tried again.
        case lost
        /// The camera's process ended, and is started again after a while.
        case restarting
    }

    package var state: State
    /// Why, for people; without user names and passwords.
    package var reason: String
    /// How often its process ended unasked and was started again.
    package var restarts: Int

    package init(state: State, reason: String, restarts: Int = 0) {
        self.state = state
        self.reason = reason
        self.restarts = restarts
    }
}

/// The sources that are kept running for this broker's streams. Their streams are listed whether or not anybody uses them.
package final class StreamSources: Sendable {
    private let statuses = Locked<[StreamID: SourceStatus]>([:])

    package init() {}

    package subscript(stream: StreamID) -> SourceStatus? {
        get { statuses.withLock { $0[stream] } }
        set { statuses.withLock { $0[stream] = newValue } }
    }

    var streams: [StreamID] { statuses.withLock { Array($0.keys) } }

    var all: [(stream: StreamID, status: SourceStatus)] {
        statuses.withLock { $0.map { ($0.key, $0.value) } }.sorted { $0.stream.name < $1.stream.name }
    }
}
