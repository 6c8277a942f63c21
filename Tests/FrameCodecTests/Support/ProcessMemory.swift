import FrameCodec
import Glibc

/// What the kernel says of this process.
enum ProcessMemory {
    /// Whether the address sanitizer is at work, which keeps freed memory for a while.
    static var isSanitized: Bool { dlsym(nil, "__asan_init") != nil }

    /// Bytes of memory in use (`/proc/self/statm`, second field, in pages).
    static func residentBytes() throws -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { throw LibAVError.noSuchFile }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 256)
        guard fgets(&text, 256, file) != nil else { throw LibAVError.inputOutput }
        let line = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let pages = Int(line.split(separator: " ")[1]) else { throw LibAVError.inputOutput }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
