import NIOCore
import NIOHTTP1

/// Who comes over the Unix socket needs no token: its file lets only this user in.
enum TrustedSocket {
    /// What a proxy adds. One that is put in front of the socket brings the world along, which nobody has let in.
    private static let proxyFields = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Via"]

    static func carries(_ head: HTTPRequestHead, on connection: any NIOCore.Channel) -> Bool {
        guard case .unixDomainSocket = connection.localAddress else { return false }
        return !proxyFields.contains { head.headers.contains(name: $0) }
    }
}
