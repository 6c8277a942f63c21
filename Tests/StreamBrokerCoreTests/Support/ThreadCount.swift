#if canImport(Glibc)
import Glibc
#endif

/// How many threads this process has; `nil` where the system does not tell by proc(5).
enum ThreadCount {
    static var current: Int? {
        #if canImport(Glibc)
        guard let folder = opendir("/proc/self/task") else { return nil }
        defer { closedir(folder) }
        var count = -2  // . and ..
        while readdir(folder) != nil { count += 1 }
        return count
        #else
        return nil
        #endif
    }
}
