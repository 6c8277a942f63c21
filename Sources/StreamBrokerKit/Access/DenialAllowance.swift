/// How many lines of the log refusals may have: a few for each address and minute, whoever knocks and how often.
package struct DenialAllowance: Sendable {
    /// What becomes of a refusal.
    package enum Line: Hashable, Sendable {
        /// It is logged; so many of the same address before it were not.
        case logged(unlogged: UInt64)
        case suppressed
    }

    private struct Window {
        var end: Int64
        var lines = 0
        var unlogged: UInt64 = 0
    }

    private let linesPerWindow: Int
    private let window: Int64
    private let maximumAddresses: Int
    private var windows: [AddressBlock?: Window] = [:]
    /// All for which there is no room of their own.
    private var others = Window(end: .min)

    /// - Parameter window: In µs.
    package init(linesPerWindow: Int = 5, window: Int64 = 60_000_000, maximumAddresses: Int = 1_000) {
        self.linesPerWindow = linesPerWindow
        self.window = window
        self.maximumAddresses = maximumAddresses
    }

    /// Notes a refusal.
    ///
    /// - Parameters:
    ///   - address: Where it came from; `nil` for this machine.
    ///   - now: In µs of a clock that never steps.
    package mutating func note(_ address: AddressBlock?, now: Int64) -> Line {
        if windows[address] == nil, windows.count >= maximumAddresses {
            windows = windows.filter { $0.value.end > now }
            guard windows.count < maximumAddresses else { return spend(&others, now: now) }
        }
        return spend(&windows[address, default: Window(end: now + window)], now: now)
    }

    private func spend(_ current: inout Window, now: Int64) -> Line {
        if now >= current.end {
            current.end = now + window
            current.lines = 0
        }
        guard current.lines < linesPerWindow else {
            current.unlogged += 1
            return .suppressed
        }
        current.lines += 1
        defer { current.unlogged = 0 }
        return .logged(unlogged: current.unlogged)
    }
}
