internal import AsyncHTTPClient
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1
internal import StreamBrokerCore

/// Posts frames of one stream over kept-alive connections: of HTTP/2 where the broker offers it, else of HTTP/1.1.
///
/// Redirects are not followed, proxies in the environment are not used, and a post that fails is not repeated: the next frame is newer.
struct IngestClient: Sendable {
    private let client: HTTPClient
    private let url: String
    /// What the client does not say of itself: over a Unix socket there is no host to name, and RFC 9112 wants one named all the same.
    private let host: String?
    private let authorization: Secret?
    private let requestTimeout: Duration

    /// - Throws: ``BrokerClientError`` when the CA file cannot be used.
    init(broker: BrokerURL, stream: StreamID, configuration: FramePublisherConfiguration) throws(BrokerClientError) {
        url = broker.ingestURL(stream)
        host = broker.socketPath == nil ? nil : broker.host
        authorization = broker.authorization
        requestTimeout = configuration.requestTimeout

        var http = HTTPClient.Configuration(
            tlsConfiguration: try configuration.tls.makeConfiguration(),
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(configuration.connectTimeout)),
            proxy: nil
        )
        http.httpVersion = .automatic
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.maximumPostsInFlight
        // Shorter than any broker's own limit, so that a slow stream does not run into a connection that is just being closed.
        http.connectionPool.idleTimeout = .seconds(20)
        // The publisher has its own backoff, and newer frames than the one that would wait for a connection here.
        http.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Must be called once, after the last post.
    func shutDown() async {
        // The only failure is having been shut down before.
        try? await client.shutdown()
    }

    func post(_ post: IngestPost) async -> PostOutcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        if let host { request.headers.add(name: "Host", value: host) }
        request.headers.add(name: "Content-Type", value: Self.contentType(of: post.frame.image))
        request.headers.add(name: "X-Frame-Sequence", value: "\(post.sequence)")
        if let captureTime = post.frame.captureTime {
            request.headers.add(name: "X-Capture-Time-Us", value: "\(captureTime.rawValue)")
        }
        if let authorization { request.headers.add(name: "Authorization", value: authorization.revealed) }
        request.body = .bytes(ByteBuffer(bytes: post.frame.image))
        do {
            let response = try await client.execute(request, deadline: .now() + TimeAmount(requestTimeout))
            // Read to its end, or the connection could not be used again.
            let body = try? await response.body.collect(upTo: 65_536)
            return PostOutcome(
                status: Int(response.status.code),
                reason: BrokerAnswer.reason(body: body, phrase: response.status.reasonPhrase),
                header: { response.headers.first(name: $0) }
            )
        } catch {
            return .unreachable(reason: failureText(error))
        }
    }

    private static func contentType(of image: [UInt8]) -> String {
        let anySize = ImageDimensions(width: .max >> 32, height: .max >> 32)
        let header = try? ImageHeader(parsing: image, maximumDimensions: anySize)
        return header?.format.contentType ?? "application/octet-stream"
    }
}
