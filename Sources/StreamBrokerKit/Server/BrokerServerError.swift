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
            case addressInUse, addressNotAvailable, permissionDenied, bindFailed, certificateUnusable, openToOthers
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

        /// The certificate or its key is missing, unreadable, encrypted or expired, or they do not belong together.
        public static let certificateUnusable = Self(kind: .certificateUnusable)

        /// Other machines could reach the server, and nobody said who may do what.
        public static let openToOthers = Self(kind: .openToOthers)

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

    static func openToOthers(_ host: String) -> BrokerServerError {
        let message =
            "others can reach \(host), and everybody could publish and view: say who may do what in the configuration's access, or listen on 127.0.0.1"
        return BrokerServerError(code: .openToOthers, message: message, cause: nil)
    }

    static func listening(onSocket path: String, failedWith error: any Error) -> BrokerServerError {
        let (code, message): (Code, String) =
            switch (error as? IOError)?.errnoCode {
            case EEXIST: (.addressInUse, "\(path) is there already and is no socket: choose another path")
            case EACCES, EPERM, EROFS:
                (.permissionDenied, "this user may not make the socket \(path): choose a folder that it may write to")
            case ENOENT, ENOTDIR:
                (.addressNotAvailable, "the folder of the socket \(path) is not there: make it, or choose another path")
            default: (.bindFailed, "cannot listen on the socket \(path): \(error)")
            }
        return BrokerServerError(code: code, message: message, cause: error)
    }

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
