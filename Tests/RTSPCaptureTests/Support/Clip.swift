import Foundation
import FrameCodec
import RTSPCapture

/// A clip of the test media, taken apart.
struct Clip: Sendable {
    /// Its coded pictures as the container has them.
    let samples: [[UInt8]]
    /// The codec's configuration record.
    let extradata: [UInt8]

    /// Where the test media are.
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Media/\(name)").path()
    }

    init(_ name: String) throws {
        let source = try SourceURL(Clip.path(name))
        let watch = InputWatch(stop: StopSignal(), origin: nil)
        watch.arm(for: .seconds(10))
        let mode = SourceMode(CaptureConfiguration(source: source))
        var context = try FormatContext(OpenRequest(source, mode: mode)!, watch: watch)
        let stream = context.videoStream()!
        extradata = try context.codecParameters(of: stream).extradata
        var samples: [[UInt8]] = []
        var packet = try Packet()
        do throws(LibAVError) {
            while true {
                try context.read(into: &packet)
                if packet.streamIndex == stream.index { samples.append(packet.withBytes { Array($0) }) }
            }
        } catch {
            guard error == .endOfFile else { throw error }
        }
        self.samples = samples
    }
}

/// The access units of an H.264 clip as NAL units.
struct H264Clip: Sendable {
    /// Sequence and picture parameter sets.
    let parameterSets: [[UInt8]]
    /// The NAL units of each access unit.
    let accessUnits: [[[UInt8]]]

    init(_ name: String) throws {
        let clip = try Clip(name)
        // ISO/IEC 14496-15, 5.3.3.1.2: five bytes, the sets with 16-bit lengths behind counts; NAL units have 32-bit
        // lengths.
        var rest = clip.extradata[5...]
        var sets: [[UInt8]] = []
        for mask: UInt8 in [0x1F, 0xFF] {
            let count = rest.removeFirst() & mask
            for _ in 0..<count {
                let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
                sets.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
        }
        parameterSets = sets
        accessUnits = clip.samples.map { sample in
            var units: [[UInt8]] = []
            var rest = sample[...]
            while rest.count > 4 {
                let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                units.append(Array(rest.dropFirst(4).prefix(length)))
                rest = rest.dropFirst(4 + length)
            }
            return units
        }
    }

    /// The pictures, as a decoder without haste makes them.
    func decoded() throws -> [UInt64] {
        var decoder = try VideoDecoder(codec: .h264)
        var fingerprints: [UInt64] = []
        for (index, units) in accessUnits.enumerated() {
            let all: [[UInt8]] = (index == 0 ? parameterSets : []) + units
            let bytes: [UInt8] = all.reduce(into: []) { $0 += [0, 0, 0, 1] + $1 }
            try decoder.send(Packet(copying: bytes, presentationTimestamp: Int64(index)))
            while let picture = try decoder.receive() { fingerprints.append(picture.fingerprint) }
        }
        try decoder.drain()
        while let picture = try decoder.receive() { fingerprints.append(picture.fingerprint) }
        return fingerprints
    }
}

extension Picture {
    /// A number that pictures with the same samples share, and hardly any others (FNV-1a).
    var fingerprint: UInt64 {
        withPlanes { y, u, v in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for plane in [y, u, v] {
                for row in 0..<plane.height {
                    for byte in plane[row: row] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
                }
            }
            return hash
        }
    }
}
