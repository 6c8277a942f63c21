import Foundation

/// What tells one content of some files from the next, without reading them.
package struct FileVersions: Sendable, Hashable {
    private struct Version: Hashable {
        var node: UInt64
        var size: UInt64
        var time: Date
    }

    /// `nil` where there is no file.
    private var versions: [Version?]

    /// How the files are now.
    package init(of paths: [String]) {
        versions = paths.map { path in
            // A link that is turned to another file is a change, too: certbot's are.
            let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
                let node = attributes[.systemFileNumber] as? NSNumber,
                let size = attributes[.size] as? NSNumber,
                let time = attributes[.modificationDate] as? Date
            else { return nil }
            return Version(node: node.uint64Value, size: size.uint64Value, time: time)
        }
    }
}

/// Says when files that are looked at again and again should be read: once for each change, and not while they are being written.
package struct FileWatch<Version: Equatable & Sendable>: Sendable {
    private var read: Version
    private var seen: Version

    /// - Parameter version: What was read at the start.
    package init(reading version: Version) {
        (read, seen) = (version, version)
    }

    /// Notes how the files are now. Answers whether to read them: they are not as they were read, and have not changed since the last look.
    package mutating func looked(_ version: Version) -> Bool {
        defer { seen = version }
        guard version != read, version == seen else { return false }
        read = version
        return true
    }

    /// Notes that the files are read for another reason.
    package mutating func reading(_ version: Version) {
        (read, seen) = (version, version)
    }
}
