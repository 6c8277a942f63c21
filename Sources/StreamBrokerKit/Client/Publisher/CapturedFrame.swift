package import StreamBrokerCore

/// One encoded picture that a publisher was given.
package struct CapturedFrame: Sendable {
    /// A whole image file.
    package let image: [UInt8]
    /// When the picture was taken, by this machine's clock.
    package let captureTime: UnixMicroseconds?

    package init(image: [UInt8], captureTime: UnixMicroseconds?) {
        self.image = image
        self.captureTime = captureTime
    }
}

/// A frame with its number, to be posted now.
package struct IngestPost: Sendable {
    package let frame: CapturedFrame
    package let sequence: UInt64
}
