import CLibAV
import Synchronization

/// Watches over the libav calls on one input: deadlines, cancellation, redirects, and what only FFmpeg's log tells.
///
/// libavformat asks ``mustInterrupt()`` at least every 100 ms while it waits for the network (POLLING_TIME in
/// network.c).
package final class InputWatch: Sendable {
    /// Why a call was interrupted.
    enum Interruption: Int, Sendable {
        case stopped = 1
        case deadline
        case redirect
    }

    private let stop: StopSignal
    /// Where the input was opened; a redirect may lead to no other place.
    private let origin: NetworkTarget?
    private let deadline = Atomic<Int64>(Int64.max)
    private let isClosing = Atomic<Bool>(false)
    private let reason = Atomic<Int>(0)
    private let losses = Atomic<Int>(0)
    private let notes = Monitor(Notes())
    private let whileWaiting: @Sendable () -> Void

    private struct Notes: Sendable {
        var sessionDescription: String?
        var redirectTarget: String?
        /// The context while it is being opened, and the URL that it may have now.
        var opening: UInt?
        var allowedURL = ""
        var redirects = 0
    }

    /// - Parameter whileWaiting: called at least every 100 ms while a call waits, on the thread of the call.
    package init(
        stop: StopSignal,
        origin: NetworkTarget?,
        whileWaiting: @escaping @Sendable () -> Void = {}
    ) {
        self.whileWaiting = whileWaiting
        self.stop = stop
        self.origin = origin
    }

    /// Gives the calls that follow this much time altogether, and forgets why an earlier one was interrupted.
    package func arm(for duration: Duration) {
        reason.store(0, ordering: .relaxed)
        deadline.store((MonotonicTime.now + duration).microseconds, ordering: .relaxed)
    }

    /// Lets the goodbye to the camera through even when all else was stopped: many have room for few sessions only.
    func armForClosing() {
        isClosing.store(true, ordering: .relaxed)
        arm(for: .milliseconds(250))
    }

    /// Why the last call was interrupted, if it was.
    var interruption: Interruption? { Interruption(rawValue: reason.load(ordering: .relaxed)) }

    /// How often RTP packets went missing so far.
    var lossCount: Int { losses.load(ordering: .relaxed) }

    /// The camera's session description, once it was received.
    var sessionDescription: String? { notes.withLock { $0.sessionDescription } }

    /// Where the camera wanted to send us, without secrets.
    var redirectTarget: String? { notes.withLock { $0.redirectTarget } }

    /// libavformat's question, on the thread of the call.
    fileprivate func mustInterrupt() -> Bool {
        if !isClosing.load(ordering: .relaxed) {
            if reason.load(ordering: .relaxed) == Interruption.redirect.rawValue { return true }
            if stop.isStopped { return interrupt(.stopped) }
            if leftAllowedURL() { return true }
            whileWaiting()
        }
        if MonotonicTime.now.microseconds >= deadline.load(ordering: .relaxed) { return interrupt(.deadline) }
        return false
    }

    private func interrupt(_ interruption: Interruption) -> Bool {
        reason.store(interruption.rawValue, ordering: .relaxed)
        return true
    }
}

extension InputWatch {
    /// Asks this watch in all calls on `context`.
    func attach(to context: UnsafeMutablePointer<AVFormatContext>, url: String) {
        notes.withLock {
            $0.opening = UInt(bitPattern: context)
            $0.allowedURL = url
        }
        context.pointee.interrupt_callback = AVIOInterruptCB(
            callback: { opaque in
                // The owner of the context keeps the watch alive longer than the context.
                Unmanaged<InputWatch>.fromOpaque(opaque!).takeUnretainedValue().mustInterrupt() ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(self).toOpaque()
        )
        InputLog.route(context, to: self)
    }

    /// The context is open: redirects come no more.
    func opened() {
        notes.withLock { $0.opening = nil }
    }

    /// To be called when `context` is no more.
    func detach(from context: UnsafeMutablePointer<AVFormatContext>) {
        opened()
        InputLog.unroute(context)
    }

    /// RTP packets are missing before the one that is read now (rtpdec.c).
    fileprivate func packetsWentMissing() {
        losses.add(1, ordering: .relaxed)
    }

    fileprivate func received(sessionDescription: String) {
        notes.withLock { $0.sessionDescription = sessionDescription }
    }

    /// libavformat is about to connect where a 3xx answer sent it (rtsp.c, ff_rtsp_connect); it would send the password
    /// along.
    ///
    /// - Returns: whether it may.
    fileprivate func allowsRedirect(to url: String) -> Bool {
        let mostHops = 3
        let isAllowed = notes.withLock { notes in
            notes.redirects += 1
            guard notes.redirects <= mostHops, let origin, let next = try? SourceURL(url),
                case .network(let target) = next.target, target.isSameEndpoint(as: origin)
            else {
                notes.redirectTarget = Redaction.redact(url)
                return false
            }
            notes.allowedURL = url
            return true
        }
        if !isAllowed { reason.store(Interruption.redirect.rawValue, ordering: .relaxed) }
        return isAllowed
    }

    /// Whether the context that is being opened has another URL than it may: a redirect that the log did not announce.
    fileprivate func leftAllowedURL() -> Bool {
        guard origin != nil else { return false }
        let url = notes.withLock { notes -> String? in
            guard let address = notes.opening, let context = UnsafePointer<AVFormatContext>(bitPattern: address),
                let url = context.pointee.url.map({ String(cString: $0) }), url != notes.allowedURL
            else { return nil }
            return url
        }
        return url.map { !allowsRedirect(to: $0) } ?? false
    }
}

/// FFmpeg's log, which is one for the whole process: nothing of it is printed, since FFmpeg prints passwords at error
/// level. Three messages tell what no function does, and go to the watch of the context that they are about.
///
/// They are told by their formats. Should a later libavformat word them otherwise, less is known: losses do not show,
/// and a redirect is noticed after connecting only (``InputWatch/leftAllowedURL()``).
private enum InputLog {
    private static let routes = Monitor<[UInt: InputWatch]>([:])

    static func route(_ context: UnsafeMutablePointer<AVFormatContext>, to watch: InputWatch) {
        install()
        routes.withLock { $0[UInt(bitPattern: context)] = watch }
    }

    static func unroute(_ context: UnsafeMutablePointer<AVFormatContext>) {
        _ = routes.withLock { $0.removeValue(forKey: UInt(bitPattern: context)) }
    }

    private static func install() {
        av_log_set_callback { object, level, format, arguments in
            // RTSP logs every byte of a reply at trace level.
            guard level <= AV_LOG_VERBOSE, let object, let format else { return }
            InputLog.receive(from: object, String(cString: format), arguments)
        }
    }

    private static func receive(from object: UnsafeMutableRawPointer, _ format: String, _ arguments: CVaListPointer?) {
        guard let watch = routes.withLock({ $0[UInt(bitPattern: object)] }) else { return }
        if format.hasPrefix("RTP: missed") || format.hasPrefix("RTP: dropping old packet") {
            watch.packetsWentMissing()
        } else if format.hasPrefix("Status %d: Redirecting") {
            refuseRedirectUnlessAllowed(object.assumingMemoryBound(to: AVFormatContext.self), watch)
        } else if format == "SDP:\n%s\n" {
            watch.received(sessionDescription: text(format, arguments))
        }
    }

    private static func refuseRedirectUnlessAllowed(
        _ context: UnsafeMutablePointer<AVFormatContext>,
        _ watch: InputWatch
    ) {
        let url = context.pointee.url.map { String(cString: $0) } ?? ""
        if watch.allowsRedirect(to: url) { return }
        // The interrupt callback is asked after connect() only, and by then the other host has heard from us. The
        // whitelist is looked at before. Fails for want of memory only; the interrupt callback stands behind it.
        av_opt_set(context, "protocol_whitelist", "none", 0)
    }

    private static func text(_ format: String, _ arguments: CVaListPointer?) -> String {
        guard let arguments else { return "" }
        // Enough for any camera's description; a longer one is cut.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16384) { buffer in
            buffer[0] = 0
            vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
            return String(cString: buffer.baseAddress!)
        }
    }
}
