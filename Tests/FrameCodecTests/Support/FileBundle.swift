import Glibc

/// Many files in one: each is its length, four bytes with the least first, and its bytes. What is there already stays.
final class FileBundle {
    struct NotWritten: Error {
        var path: String
        var errorNumber: Int32
    }

    private let path: String
    private let file: UnsafeMutablePointer<FILE>

    init(path: String) throws {
        guard let file = fopen(path, "ab") else { throw NotWritten(path: path, errorNumber: errno) }
        self.path = path
        self.file = file
    }

    func append(_ files: [[UInt8]]) throws {
        for bytes in files {
            let length = (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) }
            guard fwrite(length, 1, 4, file) == 4, fwrite(bytes, 1, bytes.count, file) == bytes.count else {
                throw NotWritten(path: path, errorNumber: errno)
            }
        }
        guard fflush(file) == 0 else { throw NotWritten(path: path, errorNumber: errno) }
    }

    deinit { fclose(file) }
}
