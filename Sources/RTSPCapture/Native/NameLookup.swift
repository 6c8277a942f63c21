#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks a host's name up where nobody has to wait for it.
///
/// libavformat calls `getaddrinfo`, which cannot be interrupted and takes up to half a minute when a name server is
/// away. So the name is looked up beforehand, on a thread that is left to itself when the answer takes too long.
enum NameLookup {
    /// How a lookup ended.
    enum Outcome: Sendable {
        case found
        /// There is no such name, as `gai_strerror` puts it.
        case unknown(String)
        /// No answer in time.
        case noAnswer
        case stopped
    }

    /// Looks up `host`, a name or an address as in a URL.
    static func look(up host: String, deadline: MonotonicTime, stop: StopSignal) throws(CaptureError) -> Outcome {
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if status(of: name, flags: AI_NUMERICHOST) == 0 { return .found }
        let answer = Monitor<Int32?>(nil)
        // Let go of at once: it ends by itself.
        _ = try WorkerThread(name: "name-lookup") {
            let status = status(of: name, flags: 0)
            answer.withLock { $0 = status }
        }
        while !stop.isStopped {
            let slice = min(deadline, MonotonicTime.now + .milliseconds(50))
            if let status = answer.wait(until: slice, { $0 }) {
                return status == 0 ? .found : .unknown(String(cString: gai_strerror(status)))
            }
            if MonotonicTime.now >= deadline { return .noAnswer }
        }
        return .stopped
    }

    private static func status(of name: String, flags: Int32) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &list)
        if let list { freeaddrinfo(list) }
        return status
    }
}
