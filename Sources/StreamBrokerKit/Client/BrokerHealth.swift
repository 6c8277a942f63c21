internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Looks whether a server answers HTTP at an address.
package enum BrokerHealth {
    /// Asks again and again until there is the expected answer.
    ///
    /// Certificates are not checked: nothing is sent, and nothing that comes is used.
    ///
    /// - Parameter status: the expected status; nil for any.
    /// - Returns: false when the time was over, or the task was cancelled.
    package static func answers(at url: String, status: UInt? = nil, within limit: Duration) async -> Bool {
        var tls = ClientTLS()
        tls.verifiesCertificates = false
        guard let configuration = try? tls.makeConfiguration() else { return false }
        let http = HTTPClient.Configuration(
            tlsConfiguration: configuration,
            redirectConfiguration: .disallow,
            proxy: nil
        )
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
        let deadline = ContinuousClock.now + limit
        var isThere = false
        while !isThere, ContinuousClock.now < deadline, !Task.isCancelled {
            let response = try? await client.execute(HTTPClientRequest(url: url), timeout: .seconds(2))
            isThere = response.map { status == nil || $0.status.code == status } ?? false
            if !isThere { try? await Task.sleep(for: .milliseconds(100)) }
        }
        try? await client.shutdown()
        return isThere
    }
}
