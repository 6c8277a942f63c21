import NIOCore
import StreamBrokerCore

/// Has a connection's rights looked at again when the policy changes and when one of them expires. Lives on the connection's event loop.
final class AccessTimer {
    /// A right that ends later than this is looked at in between, since the machine's clock may be set.
    private static let longestWait: Int64 = 600_000_000

    private let loop: any EventLoop
    private let control: AccessControl
    private var watch: UInt64?
    private var timer: Scheduled<Void>?
    private var check: (() -> UnixMicroseconds?)?

    /// Must be made on `loop`.
    ///
    /// - Parameter check: Looks at the rights, and tells when the next of them ends.
    init(loop: any EventLoop, control: AccessControl, check: @escaping () -> UnixMicroseconds?) {
        self.loop = loop
        self.control = control
        self.check = check
        let bound = NIOLoopBound(self, eventLoop: loop)
        watch = control.watch { [loop] in loop.execute { bound.value.fire() } }
        // The policy may have changed since the rights were looked at.
        fire()
    }

    /// Must be called, once, or the timer lives as long as the server.
    func cancel() {
        if let watch { control.unwatch(watch) }
        watch = nil
        timer?.cancel()
        timer = nil
        check = nil
    }

    private func fire() {
        timer?.cancel()
        timer = nil
        guard let check, let expiry = check(), self.check != nil else { return }
        let wait = max(0, min(Self.longestWait, expiry.microseconds(since: SystemClock.unixTime)))
        let bound = NIOLoopBound(self, eventLoop: loop)
        // A millisecond more, so that what has expired is found to have.
        timer = loop.scheduleTask(in: .microseconds(wait + 1_000)) { bound.value.fire() }
    }
}

@available(*, unavailable)
extension AccessTimer: Sendable {}
