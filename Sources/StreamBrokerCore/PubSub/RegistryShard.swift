/// One of several independently locked parts of a broker's registry, so that no lock is shared by all streams.
final class RegistryShard: Sendable {
    static let shardCount = 16

    private struct WeakChannel {
        weak var channel: Channel<Frame>?
    }

    private enum Entry {
        case active(Channel<Frame>, activity: UInt64, since: UnixMicroseconds?)
        /// Freed, but somebody outside may still hold it and publish again.
        case idle(WeakChannel)
    }

    private let entries = Locked<[StreamID: Entry]>([:])

    /// The channel for an id, active or idle.
    func channel(_ id: StreamID) -> Channel<Frame>? {
        entries.withLock { $0[id].flatMap(Self.channel(of:)) }
    }

    func channel(_ id: StreamID, orMake make: () -> Channel<Frame>) -> (channel: Channel<Frame>, isNew: Bool) {
        entries.withLock { entries in
            if let channel = entries[id].flatMap(Self.channel(of:)) { return (channel, false) }
            let channel = make()
            entries[id] = .active(channel, activity: 0, since: nil)
            return (channel, true)
        }
    }

    func activeChannel(_ id: StreamID) -> Channel<Frame>? {
        entries.withLock { entries in
            if case .active(let channel, _, _) = entries[id] { return channel }
            return nil
        }
    }

    var activeIDs: [StreamID] {
        entries.withLock { entries in
            entries.compactMap { id, entry in
                if case .active = entry { return id }
                return nil
            }
        }
    }

    /// Makes an idle channel active again; answers whether it was idle.
    func wake(_ id: StreamID, _ channel: Channel<Frame>) -> Bool {
        entries.withLock { entries in
            switch entries[id] {
            case .active:
                return false
            case .idle, nil:
                entries[id] = .active(channel, activity: 0, since: nil)
                return true
            }
        }
    }

    func reap(now: UnixMicroseconds, timeout: Int64) -> [StreamID] {
        entries.withLock { entries in
            var reaped: [StreamID] = []
            for (id, entry) in entries {
                switch entry {
                case .idle(let reference):
                    if reference.channel == nil { entries[id] = nil }
                case .active(let channel, let seen, let since):
                    let (activity, hasSubscribers) = channel.activity
                    guard let since, !hasSubscribers, activity == seen else {
                        entries[id] = .active(channel, activity: activity, since: now)
                        continue
                    }
                    if now.microseconds(since: since) >= timeout, channel.forgetLatest(ifStillAt: activity) {
                        entries[id] = .idle(WeakChannel(channel: channel))
                        reaped.append(id)
                    }
                }
            }
            return reaped
        }
    }

    private static func channel(of entry: Entry) -> Channel<Frame>? {
        switch entry {
        case .active(let channel, _, _): channel
        case .idle(let reference): reference.channel
        }
    }
}
