public import Logging

/// One viewer of one stream, as an asynchronous sequence of whole pictures, over WebSocket.
///
/// Each iterator is a connection of its own, made when the first picture is asked for and closed when the iterator goes away or its
/// task is cancelled; there is no task behind it. Pictures never go back in time within a connection, and what the reader is too slow
/// for is dropped by ``FrameSubscriberConfiguration/delivery``.
///
///     let subscriber = FrameSubscriber(try ViewerURL("ws://127.0.0.1:3090/ws/front-door"), logger: logger)
///     for try await frame in subscriber { print(frame.sequence, frame.bytes.count) }
public struct FrameSubscriber: AsyncSequence, Sendable {
    /// A picture.
    public typealias Element = ReceivedFrame
    /// Why there are no more pictures.
    public typealias Failure = BrokerClientError

    /// The stream that is viewed.
    public let url: ViewerURL
    /// How it is viewed.
    public let configuration: FrameSubscriberConfiguration
    private let logger: Logger

    /// Makes a subscriber; it connects when it is iterated.
    public init(
        _ url: ViewerURL,
        configuration: FrameSubscriberConfiguration = FrameSubscriberConfiguration(),
        logger: Logger
    ) {
        self.url = url
        self.configuration = configuration
        var logger = logger
        logger[metadataKey: "url"] = "\(url)"
        self.logger = logger
    }

    /// A new viewer, not connected yet.
    public func makeAsyncIterator() -> Iterator {
        Iterator(url: url, configuration: configuration, logger: logger)
    }

    /// Reads pictures one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private let url: ViewerURL
        private let configuration: FrameSubscriberConfiguration
        private let logger: Logger
        private var handshake: SubscriberHandshake?
        private var connection: SubscriberConnection?
        private var droppedBefore: UInt64 = 0
        private var failedAttempts = 0
        private var hasConnected = false
        private var isOver = false

        init(url: ViewerURL, configuration: FrameSubscriberConfiguration, logger: Logger) {
            self.url = url
            self.configuration = configuration
            self.logger = logger
        }

        /// Pictures that came and were never read, because newer ones came before they could be.
        public var droppedCount: UInt64 { droppedBefore + (connection?.droppedCount ?? 0) }

        /// How many connections were lost and made again.
        public private(set) var reconnections = 0

        /// Waits for the next picture; `nil` when the task is cancelled, or when the broker said goodbye and there is no reconnecting.
        ///
        /// - Throws: ``BrokerClientError`` when there will be no more pictures for another reason.
        public mutating func next() async throws(BrokerClientError) -> ReceivedFrame? {
            try await next(isolation: nil)
        }

        /// Waits for the next picture; `nil` when the task is cancelled, or when the broker said goodbye and there is no reconnecting.
        ///
        /// - Throws: ``BrokerClientError`` when there will be no more pictures for another reason.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(BrokerClientError) -> ReceivedFrame? {
            while !isOver, !Task.isCancelled {
                let failure: BrokerClientError
                do throws(BrokerClientError) {
                    let connection = try await openConnection()
                    if let frame = await connection.next() {
                        noteFrame()
                        return frame
                    }
                    guard let end = connection.end else { break }
                    failure = end
                } catch {
                    failure = error
                }
                try await recover(from: failure)
            }
            end()
            return nil
        }

        nonisolated(nonsending) private mutating func openConnection() async throws(BrokerClientError)
            -> SubscriberConnection
        {
            if let connection { return connection }
            let handshake = try makeHandshake()
            let opened = try await handshake.open()
            connection = opened
            if hasConnected { reconnections += 1 }
            hasConnected = true
            return opened
        }

        /// Only a frame proves that all is well: a broker at its cap accepts a connection and closes it at once.
        private mutating func noteFrame() {
            guard failedAttempts > 0 else { return }
            logger.notice("frames come again", metadata: ["attempts": "\(failedAttempts)"])
            failedAttempts = 0
        }

        private mutating func makeHandshake() throws(BrokerClientError) -> SubscriberHandshake {
            if let handshake { return handshake }
            let made = try SubscriberHandshake(url: url, configuration: configuration)
            if url.broker.isSecure, !configuration.tls.verifiesCertificates {
                logger.warning("\(ClientTLS.unverifiedWarning)")
            }
            handshake = made
            return made
        }

        /// Waits before the next attempt, or throws when there is to be none.
        nonisolated(nonsending) private mutating func recover(
            from failure: BrokerClientError
        ) async throws(BrokerClientError) {
            let wasConnected = connection != nil
            closeConnection()
            guard !Task.isCancelled else { return }
            let mayReconnect =
                switch configuration.reconnection {
                case .never: false
                case .afterFirstConnection: hasConnected
                case .always: true
                }
            guard mayReconnect, failure.isTransient else {
                isOver = true
                // The broker said that all is well, or that it goes away: the end, and no failure.
                if wasConnected, failure.closeCode == 1000 || failure.closeCode == 1001 { return }
                throw failure
            }
            if failedAttempts == 0 { logger.warning("\(failure.message); connecting again until it succeeds") }
            let delay = configuration.backoff.delay(attempt: failedAttempts, jitter: .random(in: 0...1))
            failedAttempts += 1
            // Throws only when cancelled, which ends the loop.
            try? await Task.sleep(for: delay)
        }

        private mutating func closeConnection() {
            droppedBefore += connection?.droppedCount ?? 0
            connection?.close()
            connection = nil
        }

        private mutating func end() {
            isOver = true
            closeConnection()
        }
    }
}
