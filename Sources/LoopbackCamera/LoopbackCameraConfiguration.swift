public import FrameCodec

extension LoopbackCamera {
    /// What the camera shows, and where.
    public struct Configuration: Sendable {
        /// What the camera shows.
        public struct Source: Hashable, Sendable {
            enum Kind: Hashable, Sendable {
                case clip(path: String)
                case testPicture(size: PictureSize, frameRate: Int)
            }

            let kind: Kind

            /// The video of a file, over and over, with H.264, H.265, MJPEG, MPEG-4, VP8 or VP9 in it, as it is.
            public static func clip(path: String) -> Source {
                Source(kind: .clip(path: path))
            }

            /// A moving picture with a clock in it, encoded as H.264 with a keyframe a second (as MPEG-4 where libavcodec has
            /// no libx264). At least 320x180; 1 to 120 frames a second.
            public static func testPicture(size: PictureSize, frameRate: Int) -> Source {
                Source(kind: .testPicture(size: size, frameRate: frameRate))
            }
        }

        /// What the camera shows.
        public var source: Source
        /// Address to listen on. Default 127.0.0.1: the camera asks nobody for a password.
        public var host = "127.0.0.1"
        /// Port to listen on. Default 0, which takes a free one.
        public var port = 0
        /// Path of the stream, without a slash. Default `demo`.
        public var path = "demo"
        /// A session without a sign of life for so long ends. Default 60 s.
        public var sessionTimeout = Duration.seconds(60)
        /// Connections at a time; more are closed at once. Default 64.
        public var maximumConnections = 64

        /// A configuration.
        public init(source: Source) {
            self.source = source
        }
    }
}
