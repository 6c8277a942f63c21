package import StreamBrokerCore

/// How viewers' connections are kept.
package struct ViewerConfiguration: Sendable, Hashable {
    /// How long a silent viewer is left alone before it is pinged. Default 20 seconds.
    package var pingInterval: Duration = .seconds(20)
    /// How long a viewer may take to answer a ping. Default 10 seconds.
    package var pingTimeout: Duration = .seconds(10)
    /// How long a viewer's machine may leave TCP segments unanswered. Default 10 seconds.
    package var answerTimeout: Duration = .seconds(10)
    /// How often it is checked whether viewers are still there. Default 2.5 seconds: with ``answerTimeout``, a viewer that is gone is
    /// closed within 15.
    package var checkInterval: Duration = .milliseconds(2_500)
    /// How long a viewer may take to answer a close frame. Default 5 seconds.
    package var closeTimeout: Duration = .seconds(5)
    /// How many control messages may wait to be written; a client that asks for more while it reads nothing is not answered.
    package var maximumPendingControlWrites = 32

    /// How long a viewer's message may be, and of how many fragments. Default 64 KiB and 16.
    package var messages = WebSocketMessageParser.Limits()
    /// How many messages a viewer may send per second; acknowledgements and pongs, which come with every frame, count a two-hundredth.
    /// Default 100.
    package var maximumMessagesPerSecond = 100

    /// `TCP_NOTSENT_LOWAT`: above so many unsent bytes the kernel takes no more. Default 16 KiB.
    package var unsentLowWaterMark = 16 * 1024

    package init() {}

    var liveness: PeerLiveness.Limits {
        var limits = PeerLiveness.Limits()
        limits.pingInterval = pingInterval.wholeMicroseconds
        limits.pingTimeout = pingTimeout.wholeMicroseconds
        limits.answerTimeout = answerTimeout.wholeMicroseconds
        return limits
    }
}
