/// A group of readers that takes elements by itself instead of through a ``Subscription``: the network viewers of a stream.
package protocol ChannelSink<Element>: AnyObject, Sendable {
    associatedtype Element: Sendable

    /// How many readers are behind this sink.
    var subscriberCount: Int { get }

    /// Takes a newly published element. Called under the channel's lock, in order, and must not wait or call the channel.
    func receive(_ element: Element)

    /// The channel was idle for long: its latest element is not shown to anybody any more. Called under the channel's lock.
    func forgetLatest()

    /// The channel was finished: no element follows. Called under the channel's lock.
    func finish()
}
