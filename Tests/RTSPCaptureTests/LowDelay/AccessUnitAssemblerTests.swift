import RTSPCapture
import Testing

@Suite("Assembling access units")
struct AccessUnitAssemblerTests {
    /// A slice NAL unit of `size` bytes that is the first of a picture.
    private func slice(_ size: Int, filler: UInt8) -> [UInt8] {
        [0x41, 0b1011_1000] + [UInt8](repeating: filler | 1, count: size - 2)
    }

    /// Feeds all fragments, and gives the sizes of the pieces that each one brought.
    private func feed(_ assembler: inout AccessUnitAssembler, _ fragments: [[UInt8]]) -> (
        pieces: [[Int]], AccessUnitAssembler.Verdict
    ) {
        var pieces: [[Int]] = []
        for (index, fragment) in fragments.enumerated() {
            let verdict = assembler.append(fragment, timestamp: Int64(index))
            guard verdict == .consistent else { return (pieces, verdict) }
            var sizes: [Int] = []
            while let piece = assembler.nextPiece() { sizes.append(piece.bytes.count) }
            pieces.append(sizes)
        }
        return (pieces, .consistent)
    }

    private func expect(_ verdict: AccessUnitAssembler.Verdict, _ expected: AccessUnitAssembler.Verdict) {
        #expect(verdict == expected)
    }

    private func expectPieces(_ pieces: [[Int]], _ expected: [[Int]]) {
        #expect(pieces == expected)
    }

    private func expectNoPiece(_ piece: AccessUnitAssembler.Piece?) {
        #expect(piece == nil)
    }

    /// An assembler that has learnt to trust fragments of 98 bytes.
    private func trusting() -> AccessUnitAssembler {
        var assembler = AccessUnitAssembler()
        for index in 0...AccessUnitAssembler.confirmationsNeeded {
            _ = feed(&assembler, RTPFragments.split(slice(350, filler: UInt8(index)), payload: 100))
        }
        let isTrusting = assembler.isTrusting
        #expect(isTrusting)
        return assembler
    }

    @Test("while learning, a slice is whole when the next start code comes")
    func learning() {
        var assembler = AccessUnitAssembler()
        let fragments = RTPFragments.split(slice(250, filler: 2), payload: 100) + [[0, 0, 0, 1] + slice(50, filler: 4)]
        #expect(fragments.map(\.count) == [103, 98, 53, 54])
        expectPieces(feed(&assembler, fragments).pieces, [[], [], [], [254]])
    }

    @Test("once trusting, it is whole when a short fragment comes, or with a full one at the next start code")
    func trustingEnds() {
        var assembler = trusting()
        expectPieces(feed(&assembler, RTPFragments.split(slice(250, filler: 2), payload: 100)).pieces, [[], [], [254]])
        // In one packet, as long as one can be.
        expectPieces(feed(&assembler, RTPFragments.split(slice(100, filler: 2), payload: 100)).pieces, [[104]])
        expectPieces(feed(&assembler, RTPFragments.split(slice(20, filler: 2), payload: 100)).pieces, [[24]])
        // 1 + 2 × 98 bytes: the last fragment is full.
        expectPieces(feed(&assembler, RTPFragments.split(slice(197, filler: 2), payload: 100)).pieces, [[], []])
        expectPieces(feed(&assembler, RTPFragments.split(slice(20, filler: 2), payload: 100)).pieces, [[201, 24]])
    }

    @Test("what is not a slice goes in front of the next one")
    func prefixes() {
        var assembler = trusting()
        let delimiter: [UInt8] = [0, 0, 0, 1, 9, 0x10]
        let information: [UInt8] = [0, 0, 0, 1, 6, 5, 1, 7, 0x80]
        let first = feed(&assembler, [delimiter, information])
        #expect(first.pieces == [[], []])
        let second = feed(&assembler, RTPFragments.split(slice(20, filler: 2), payload: 100))
        #expect(second.pieces == [[delimiter.count + information.count + 24]])
    }

    @Test("the units of an aggregate are whole at once, and teach nothing")
    func aggregates() {
        var assembler = AccessUnitAssembler()
        let aggregate = [0, 0, 0, 1] + slice(20, filler: 2) + [0, 0, 0, 1] + slice(30, filler: 4)
        for _ in 0..<50 { expectPieces(feed(&assembler, [aggregate]).pieces, [[24, 34]]) }
        let isTrusting = assembler.isTrusting
        #expect(!isTrusting)
    }

    @Test("a fragment behind a supposed end refutes it")
    func unevenAfterTrust() {
        var assembler = trusting()
        let unit = [0, 0, 0, 1] + slice(300, filler: 2)
        let (_, verdict) = feed(&assembler, [Array(unit[..<103]), Array(unit[103..<160]), Array(unit[160...])])
        #expect(verdict == .refuted(.fragmentAfterEnd))
    }

    @Test("a fragment that is longer than a full one refutes it")
    func longer() {
        var assembler = trusting()
        let (_, verdict) = feed(&assembler, RTPFragments.split(slice(500, filler: 2), payload: 200))
        #expect(verdict == .refuted(.fragmentTooLong))
    }

    @Test("a camera that cuts unevenly from the start is never trusted, and its slices are right all the same")
    func unevenFromStart() {
        var assembler = AccessUnitAssembler()
        var pieces: [Int] = []
        for _ in 0..<100 {
            let unit = [0, 0, 0, 1] + slice(300, filler: 2)
            let cuts = [Int.random(in: 10..<100), Int.random(in: 100..<200)]
            let fragments = [Array(unit[..<cuts[0]]), Array(unit[cuts[0]..<cuts[1]]), Array(unit[cuts[1]...])]
            let (step, verdict) = feed(&assembler, fragments)
            #expect(verdict == .consistent)
            pieces += step.joined()
        }
        let isTrusting = assembler.isTrusting
        #expect(!isTrusting)
        #expect(pieces == Array(repeating: 304, count: 99))
    }

    @Test("evenly split units, whose fragments are all alike, are never trusted")
    func evenSplit() {
        var assembler = AccessUnitAssembler()
        for index in 0..<100 {
            let unit = [0, 0, 0, 1] + slice(301 + 3 * index, filler: 2)
            let part = 100 + index
            let (_, verdict) = feed(
                &assembler,
                [Array(unit[..<(part + 5)]), Array(unit[(part + 5)..<(2 * part + 5)]), Array(unit[(2 * part + 5)...])]
            )
            #expect(verdict == .consistent)
        }
        let isTrusting = assembler.isTrusting
        #expect(!isTrusting)
    }

    @Test("a loss throws away what is unfinished, and nothing else")
    func loss() {
        var assembler = trusting()
        let fragments = RTPFragments.split(slice(400, filler: 2), payload: 100)
        _ = feed(&assembler, Array(fragments[..<2]))
        expect(assembler.append(fragments[3], timestamp: 0, afterLoss: true), .consistent)
        expectNoPiece(assembler.nextPiece())
        expect(assembler.append(fragments[4], timestamp: 0), .consistent)
        expectNoPiece(assembler.nextPiece())
        expectPieces(feed(&assembler, RTPFragments.split(slice(20, filler: 2), payload: 100)).pieces, [[24]])
    }

    @Test("a stream that is joined in the middle of a unit begins with the next")
    func joined() {
        var assembler = AccessUnitAssembler()
        let fragments = RTPFragments.split(slice(400, filler: 2), payload: 100)
        expectPieces([Array(feed(&assembler, Array(fragments[2...])).pieces.joined())], [[]])
        expectPieces(
            [Array(feed(&assembler, fragments + [[0, 0, 0, 1] + slice(20, filler: 2)]).pieces.joined())],
            [[404]]
        )
    }

    @Test("B slices and fields are for the parser")
    func others() {
        var assembler = AccessUnitAssembler()
        expect(assembler.append([0, 0, 0, 1, 0x01, 0b1010_0000, 1, 1] as [UInt8], timestamp: 0), .refuted(.reordered))
    }

    @Test("a unit without end is given up")
    func endless() {
        var assembler = AccessUnitAssembler()
        _ = assembler.append([0, 0, 0, 1] + slice(100, filler: 2), timestamp: 0)
        let fragment = [UInt8](repeating: 7, count: 1 << 20)
        var verdicts: [AccessUnitAssembler.Verdict] = []
        for _ in 0..<17 { verdicts.append(assembler.append(fragment, timestamp: 0)) }
        #expect(verdicts.contains(.refuted(.tooLarge)))
    }
}
