#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The processors that are there to use.
enum ProcessorCount {
    static var current: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
