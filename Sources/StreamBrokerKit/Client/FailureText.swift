internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A network error as a few plain words, without addresses: "connection refused".
func failureText(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
        if let first = error.connectionErrors.first { return failureText(first.error) }
        return "the host \(error.host) is not known"
    case let error as IOError:
        return String(cString: strerror(error.errnoCode)).lowercased()
    case let error as HTTPClientError:
        return error.shortDescription.lowercased()
    case let error as ChannelError:
        switch error {
        case .connectTimeout: return "connection timed out"
        case .eof, .inputClosed, .ioOnClosedChannel, .alreadyClosed: return "the connection was closed"
        default: return "\(error)"
        }
    case let error as NIOSSLError:
        if case .handshakeFailed(let cause) = error { return tlsFailureText("\(cause)") }
        return tlsFailureText("\(error)")
    case let error as NIOSSLExtraError:
        return tlsFailureText("\(error)")
    case let error as BrokerClientError:
        return error.message
    case is CancellationError:
        return "cancelled"
    default:
        return "\(error)"
    }
}

private func tlsFailureText(_ detail: String) -> String {
    // BoringSSL's reasons are upper-case identifiers inside a long description; these are the ones that a user can act upon.
    if detail.contains("CERTIFICATE_VERIFY_FAILED") || detail.contains("failedToValidateHostname") {
        return "TLS: the certificate is not trusted or is for another host"
    }
    if detail.contains("WRONG_VERSION_NUMBER") { return "TLS: the other side does not speak TLS on this port" }
    return "TLS: \(detail)"
}
