import CLibAV
package import FrameCodec

extension Packet {
    /// The stream that the packet belongs to.
    package var streamIndex: Int { Int(pointer.pointee.stream_index) }

    /// Decoding timestamp in the stream's time base.
    var decodingTimestamp: Int64? {
        pointer.pointee.dts == clibav_AV_NOPTS_VALUE ? nil : pointer.pointee.dts
    }

    /// Replaces the timestamps by a token that the decoder hands on with the picture.
    ///
    /// Without a decoding timestamp libavcodec does not try to be clever about the other (guess_correct_pts).
    mutating func setToken(_ token: Int64) {
        pointer.pointee.pts = token
        pointer.pointee.dts = clibav_AV_NOPTS_VALUE
    }

    /// Looks at the coded data.
    package func withBytes<Result: ~Copyable>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: pointer.pointee.data, count: Int(pointer.pointee.size)))
    }
}

extension CodecParameters {
    /// What the session description or the container has to say to the decoder, such as parameter sets.
    package var extradata: [UInt8] {
        guard let data = pointer.pointee.extradata else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: Int(pointer.pointee.extradata_size)))
    }
}
