/// How viewers' connections are kept.
package struct ViewerConfiguration: Sendable, Hashable {
    /// How often a viewer is pinged. Default 20 seconds.
    package var pingInterval: Duration = .seconds(20)
    /// How long a viewer may take to answer a ping. Default 10 seconds.
    package var pingTimeout: Duration = .seconds(10)
    /// How long a viewer may take to answer a close frame. Default 5 seconds.
    package var closeTimeout: Duration = .seconds(5)
    /// How many control messages may wait to be written; a client that asks for more while it reads nothing is not answered.
    package var maximumPendingControlWrites = 32

    /// `TCP_NOTSENT_LOWAT`: above so many unsent bytes the kernel takes no more. Default 16 KiB.
    package var unsentLowWaterMark = 16 * 1024

    package init() {}
}
