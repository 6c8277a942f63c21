import CLibWebP

/// The libwebp that this process runs with.
public enum WebPLibrary {
    /// A version of libwebp.
    public struct Version: Hashable, Comparable, Sendable, CustomStringConvertible {
        let number: Int32

        /// A version by its three parts.
        public init(_ major: UInt8, _ minor: UInt8, _ revision: UInt8) {
            number = Int32(major) << 16 | Int32(minor) << 8 | Int32(revision)
        }

        init(number: Int32) {
            self.number = number
        }

        /// Older versions come first.
        public static func < (left: Version, right: Version) -> Bool { left.number < right.number }

        /// As in `1.3.2`.
        public var description: String { "\(number >> 16).\(number >> 8 & 255).\(number & 255)" }
    }

    /// What can be said of CVE-2023-4863, an overflow in the lossless decoder, from the version alone.
    public enum Safety: Hashable, Sendable {
        /// Fixed upstream: 1.3.2 or later.
        case fixed
        /// The version that long-term distributions carry with the fix added (Debian 12: 1.2.4-0.2+deb12u1). The package's
        /// revision cannot be seen at run time.
        case fixedIfPatchedByDistribution
        /// Older than any version with a fix.
        case vulnerable
    }

    /// The version of the encoder (`WebPGetEncoderVersion`).
    public static var version: Version { Version(number: WebPGetEncoderVersion()) }

    /// What is known of a version.
    public static func safety(of version: Version = version) -> Safety {
        if version >= Version(1, 3, 2) { return .fixed }
        return version >= Version(1, 2, 4) ? .fixedIfPatchedByDistribution : .vulnerable
    }

    /// Refuses a library that is too old. This module only encodes, which the fault does not touch; the check is for the
    /// machine's sake.
    ///
    /// - Throws: ``FrameCodecError`` with code `libraryTooOld`.
    public static func requireSafeVersion(_ version: Version = version) throws(FrameCodecError) {
        guard safety(of: version) != .vulnerable else {
            throw FrameCodecError(
                code: .libraryTooOld,
                message: "libwebp \(version) has a known hole (CVE-2023-4863); update it to 1.3.2, or to your "
                    + "distribution's patched 1.2.4."
            )
        }
    }
}
