/// What was measured of a video stream.
public struct ProbeFigures: Sendable, Hashable, Encodable {
    /// What is wrong with timestamps, each in the order of presentation.
    public struct Timestamps: Sendable, Hashable, Encodable {
        /// Pictures without one.
        public var missing = 0
        /// Pictures with that of the picture before.
        public var repeated = 0
        /// Pictures with one before that of the picture before.
        public var backward = 0
        /// Pictures with one more than a second further on than time went.
        public var jumps = 0

        /// Whether nothing was wrong.
        public var areSound: Bool { missing == 0 && repeated == 0 && backward == 0 && jumps == 0 }
    }

    /// Coded pictures that came.
    public var codedPictures = 0
    /// Of them, those that need no other.
    public var keyframes = 0
    /// Gaps in the RTP sequence.
    public var packetLosses = 0
    /// Pictures that came out of the decoder.
    public var decodedPictures = 0
    /// Times that the decoder refused data, after the first keyframe.
    public var decodeErrors = 0
    /// Pictures that the decoder marked as damaged, after the first keyframe.
    public var damagedPictures = 0
    /// Pictures that differ from the one before in any sample.
    public var changedPictures = 0
    /// Pictures that were predicted from later ones, too.
    public var bidirectionalPictures = 0
    /// Pictures that came out of the decoder in another order than they went in.
    public var reorderedPictures = 0
    /// Pictures of two fields.
    public var interlacedPictures = 0
    /// Pictures a second: by timestamps if they are sound, else by arrival.
    public var framesPerSecond: Double?
    /// Bits a second of coded pictures, over the same time.
    public var bitsPerSecond: Double?
    /// The longest way from keyframe to keyframe, in coded pictures.
    public var keyframeDistancePictures: Int?
    /// The longest way from keyframe to keyframe, in seconds.
    public var keyframeDistanceSeconds: Double?
    /// How long there was no further keyframe when the probe ended, in seconds.
    public var sinceKeyframeSeconds: Double?
    /// What is wrong with timestamps.
    public var timestamps = Timestamps()

    package init() {}
}
