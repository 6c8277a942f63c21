#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// State behind a lock that threads can wait on: a mutex and a condition variable.
///
/// Only threads of our own may wait: a task would hold up a thread of the cooperative pool. To change the state is for
/// all.
package final class Monitor<State: ~Copyable & Sendable>: @unchecked Sendable {
    // Sendable: `state` is touched between lock and unlock of `mutex` only, and State itself may change threads.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: consuming State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        // Neither fails with these arguments, but for want of memory.
        var status = pthread_mutex_init(mutex, nil)
        precondition(status == 0, "pthread_mutex_init: \(status)")
        #if canImport(Darwin)
        status = pthread_cond_init(changed, nil)
        #else
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        status = pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
        precondition(status == 0, "pthread_cond_init: \(status)")
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Changes the state, and wakes all that wait.
    package func withLock<Result: ~Copyable>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// Waits until `body` gives something, which is asked at once and after every change, or until the deadline.
    ///
    /// - Returns: what `body` gave, or nil at the deadline.
    package func wait<Result: ~Copyable>(
        until deadline: MonotonicTime? = nil,
        _ body: (inout State) -> Result?
    ) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            guard let deadline else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            let now = MonotonicTime.now
            guard now < deadline else { return nil }
            #if canImport(Darwin)
            var rest = timespec(now.duration(to: deadline))
            pthread_cond_timedwait_relative_np(changed, mutex, &rest)
            #else
            var until = timespec(.microseconds(deadline.microseconds))
            pthread_cond_timedwait(changed, mutex, &until)
            #endif
        }
    }
}

extension timespec {
    fileprivate init(_ duration: Duration) {
        let microseconds = duration.microseconds
        self.init(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
    }
}
