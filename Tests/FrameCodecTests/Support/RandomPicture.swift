import CLibAV
import FrameCodec
import Testing

/// A generator of numbers that gives the same ones for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Pictures of every kind that may trouble an encoder.
enum RandomPicture {
    enum Content: CaseIterable {
        case flat, noise, faintNoise, extremes, blocks, gradient, edges, sparse
    }

    /// A picture whose rows lie apart by more than their length, cut out of a larger one at an odd place.
    static func picture(
        _ size: PictureSize,
        _ content: Content,
        _ generator: inout SeededGenerator
    ) throws -> Picture {
        let margin = Int.random(in: 0...40, using: &generator)
        let (left, top) = (Int.random(in: 0...margin, using: &generator), Int.random(in: 0...2, using: &generator))
        let whole = try unwrap(PictureSize(width: size.width + 2 * margin + 2, height: size.height + 8))
        var picture = try Picture(blank: whole)
        try picture.withMutablePlanes { y, u, v in
            for plane in [y, u, v] { paint(plane, content, &generator) }
        }
        let frame = picture.pointer
        frame.pointee.data.0! += top * 2 * Int(frame.pointee.linesize.0) + left
        frame.pointee.data.1! += top * Int(frame.pointee.linesize.1) + left / 2
        frame.pointee.data.2! += top * Int(frame.pointee.linesize.2) + left / 2
        frame.pointee.width = Int32(size.width)
        frame.pointee.height = Int32(size.height)
        return picture
    }

    private static func paint(_ plane: MutablePlane, _ content: Content, _ generator: inout SeededGenerator) {
        let base = UInt8.random(in: 0...255, using: &generator)
        let slope = (Int.random(in: -9...9, using: &generator), Int.random(in: -9...9, using: &generator))
        let period = Int.random(in: 2...24, using: &generator)
        for row in 0..<plane.height {
            for column in 0..<plane.width {
                let random = generator.next()
                let value: UInt8 =
                    switch content {
                    case .flat: base
                    case .noise: UInt8(truncatingIfNeeded: random)
                    case .faintNoise: UInt8(max(0, min(255, Int(base) + Int(random % 9) - 4)))
                    case .extremes: random & 1 == 0 ? 0 : 255
                    case .blocks: (column / 4 + row / 4) & 1 == 0 ? 0 : 255
                    case .gradient: UInt8(max(0, min(255, Int(base) + (column * slope.0 + row * slope.1) / 4)))
                    case .edges: (column * slope.0 + row * slope.1) / period & 1 == 0 ? base : ~base
                    case .sparse: random % 97 == 0 ? ~base : base
                    }
                plane[row: row][column] = value
            }
        }
    }
}
