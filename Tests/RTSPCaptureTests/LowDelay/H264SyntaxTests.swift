import RTSPCapture
import Testing

@Suite("H.264 syntax")
struct H264SyntaxTests {
    /// Writes bits, highest first.
    private struct Bits {
        var bytes: [UInt8] = []
        var count = 0

        mutating func put(_ value: Int, _ width: Int) {
            for shift in stride(from: width - 1, through: 0, by: -1) {
                if count % 8 == 0 { bytes.append(0) }
                bytes[count / 8] |= UInt8(value >> shift & 1) << UInt8(7 - count % 8)
                count += 1
            }
        }

        mutating func putUnsigned(_ value: Int) {
            let width = Int.bitWidth - (value + 1).leadingZeroBitCount
            put(0, width - 1)
            put(value + 1, width)
        }
    }

    private func parameterSet(profile: Int, orderCountType: Int, isProgressive: Bool, scaling: Bool = false) -> [UInt8]
    {
        var bits = Bits()
        bits.put(profile, 8)
        bits.put(0, 8)
        bits.put(31, 8)
        bits.putUnsigned(0)
        if profile == 100 {
            for value in [1, 0, 0] { bits.putUnsigned(value) }
            bits.put(0, 1)
            bits.put(scaling ? 1 : 0, 1)
            if scaling {
                bits.put(1, 1)
                for _ in 0..<16 { bits.putUnsigned(0) }
                bits.put(0, 7)
            }
        }
        bits.putUnsigned(4)
        bits.putUnsigned(orderCountType)
        switch orderCountType {
        case 0: bits.putUnsigned(4)
        case 1:
            bits.put(0, 1)
            bits.putUnsigned(3)
            bits.putUnsigned(4)
            bits.putUnsigned(2)
            bits.putUnsigned(5)
            bits.putUnsigned(6)
        default: break
        }
        bits.putUnsigned(3)
        bits.put(0, 1)
        bits.putUnsigned(79)
        bits.putUnsigned(44)
        bits.put(isProgressive ? 1 : 0, 1)
        bits.put(0b1000_0000, 8)
        return [0x67] + bits.bytes
    }

    @Test("tells pictures of fields from whole ones", arguments: [66, 77, 100], [0, 1, 2])
    func fields(profile: Int, orderCountType: Int) {
        for isProgressive in [true, false] {
            for scaling in [true, false] {
                let set = parameterSet(
                    profile: profile,
                    orderCountType: orderCountType,
                    isProgressive: isProgressive,
                    scaling: scaling
                )
                #expect(H264SequenceParameters(nalUnit: set)?.isProgressive == isProgressive)
                #expect(
                    H264SequenceParameters.mayInterlace([0, 0, 0, 1] + set + [0, 0, 0, 1, 0x68, 1]) != isProgressive
                )
                for length in 0..<set.count - 3 {
                    #expect(H264SequenceParameters(nalUnit: set.prefix(length)) == nil)
                }
            }
        }
    }

    @Test("tells the first slice and B slices")
    func slices() {
        for (first, type) in [(0, 7), (0, 5), (1200, 0), (0, 1), (3, 6)] {
            var bits = Bits()
            bits.putUnsigned(first)
            bits.putUnsigned(type)
            bits.put(0xFF, 8)
            let header = SliceHeader(nalUnit: [0x41] + bits.bytes)
            #expect(header?.firstMacroblock == first)
            #expect(header?.isBidirectional == (type % 5 == 1))
        }
        #expect(SliceHeader(nalUnit: [0x41] as [UInt8]) == nil)
        #expect(SliceHeader(nalUnit: [0x41, 0, 0, 0, 0, 0, 0] as [UInt8]) == nil)
    }

    @Test("junk is no parameter set and does no harm")
    func junk() {
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<40)).map { _ in UInt8.random(in: 0...255) }
            _ = H264SequenceParameters(nalUnit: [0x67] + bytes)
            _ = SliceHeader(nalUnit: [0x65] + bytes)
        }
    }
}
