import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a server does not run.
public struct BrokerServerError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Hashable, Sendable {
            case addressInUse, addressNotAvailable, permissionDenied, bindFailed
        }

        private let kind: Kind

        /// Another program listens on the port.
        public static let addressInUse = Self(kind: .addressInUse)
        /// The address is none of this machine's.
        public static let addressNotAvailable = Self(kind: .addressNotAvailable)
        /// The system does not let this user listen on the port.
        public static let permissionDenied = Self(kind: .permissionDenied)
        /// Listening failed for another reason; see the error's cause.
        public static let bindFailed = Self(kind: .bindFailed)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What failed, on what, and what to do.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    /// The message.
    public var description: String { message }

    static func listening(on host: String, port: Int, failedWith error: any Error) -> BrokerServerError {
        let place = "port \(port) on \(host)"
        let (code, message): (Code, String) =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: (.addressInUse, "\(place) is in use: stop the program that has it, or choose another port")
            case EADDRNOTAVAIL:
                (.addressNotAvailable, "\(host) is no address of this machine: bind to 127.0.0.1 or 0.0.0.0")
            case EACCES, EPERM: (.permissionDenied, "this user may not listen on \(place): choose a port above 1023")
            default: (.bindFailed, "cannot listen on \(place): \(error)")
            }
        return BrokerServerError(code: code, message: message, cause: error)
    }
}
