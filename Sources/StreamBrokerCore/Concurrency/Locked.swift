package import Synchronization

/// A value that one thread at a time may use: `Mutex`, and visible to the thread sanitizer.
///
/// A contended `Mutex` is taken inside the standard library, where the sanitizer sees nothing: it then reports races that are none. The
/// pair of acquire and release below orders nothing that the mutex does not order already, is a plain load and store on
/// the processors this runs on, and lets the sanitizer see the order, so that what it reports is real.
package struct Locked<Value: ~Copyable>: ~Copyable, Sendable {
    // Inlined everywhere: a lock's value is of another type each time, and finding out at run time which costs more than the lock.
    @usableFromInline let mutex: Mutex<Value>
    @usableFromInline let handover = Atomic<UInt8>(0)

    @inlinable package init(_ value: consuming sending Value) {
        mutex = Mutex(value)
    }

    @inlinable package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock { value throws(Failure) -> sending Result in
            _ = handover.load(ordering: .acquiring)
            defer { handover.store(0, ordering: .releasing) }
            return try body(&value)
        }
    }
}
