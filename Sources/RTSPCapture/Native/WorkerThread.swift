#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of our own, for calls that block: the cooperative pool must never wait for a camera or an encoder.
///
/// Join it, or let go of it: then it is detached and cleans up after itself.
final class WorkerThread: Sendable {
    private let thread: Handle
    private let isJoined = Monitor(false)

    #if canImport(Darwin)
    /// A pointer, which pthread functions take from any thread.
    private struct Handle: @unchecked Sendable { let value: pthread_t }
    #else
    private struct Handle: Sendable { let value: pthread_t }
    #endif

    /// Starts a thread.
    ///
    /// - Parameter name: shown by `top -H` and debuggers; its first 15 bytes count.
    /// - Throws: ``CaptureError`` with code `outOfMemory` when the system has no more threads.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(CaptureError) {
        final class Start: Sendable {
            let name: String
            let body: @Sendable () -> Void

            init(_ name: String, _ body: @escaping @Sendable () -> Void) {
                self.name = name
                self.body = body
            }
        }
        let start = Unmanaged.passRetained(Start(name, body))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                #if canImport(Darwin)
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                pthread_setname_np(start.name)
                #else
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                // pthread_setname_np, which Swift does not see (_GNU_SOURCE), does just this.
                let comm = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
                if comm >= 0 {
                    write(comm, start.name, min(15, start.name.utf8.count))
                    close(comm)
                }
                #endif
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard status == 0 else {
            start.release()
            throw CaptureError(
                code: .outOfMemory,
                message:
                    "The system gives no further thread (errno \(status)); raise the limit of processes and threads."
            )
        }
        #if canImport(Darwin)
        self.thread = Handle(value: thread!)
        #else
        self.thread = Handle(value: thread)
        #endif
    }

    /// Lets the other threads of the process go first where they want the processor too. For the thread itself to call,
    /// where the system has that for threads: on Linux, a niceness is a thread's own (setpriority(2), "C library/kernel
    /// differences").
    static func stepBack() {
        #if canImport(Glibc) || canImport(Musl)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        #endif
    }

    deinit {
        if !isJoined.withLock({ $0 }) { pthread_detach(thread.value) }
    }

    /// Waits for the end of the thread. Call it when that end is near: it blocks. A second call does nothing.
    func join() {
        let isFirst = isJoined.withLock { joined in
            defer { joined = true }
            return !joined
        }
        if isFirst { pthread_join(thread.value, nil) }
    }
}
