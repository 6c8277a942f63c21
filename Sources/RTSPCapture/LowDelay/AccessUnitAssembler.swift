/// Puts the RTP fragments of an H.264 stream together and says as early as possible when a slice is whole.
///
/// With `AVFMT_FLAG_NOPARSE`, libavformat gives out RTP packets as they come, without their headers: the first of a NAL
/// unit has a start code in front (RFC 6184, section 5.8: an FU-A's start bit), the last one's marker is lost. The
/// usual parser therefore waits for the next picture to know that this one is over, which costs a frame interval. But
/// packetizers cut a NAL unit into fragments of one size and a rest: the rest ends it. This machine watches whether the
/// stream at hand keeps to that rule:
///
/// - *learning*: a NAL unit is whole when the next start code comes, which is always true;
/// - *trusting*, after ``confirmationsNeeded`` slices that ended as the rule says: it is whole when a fragment shorter
///   than a full one comes. An end that falls together with a full fragment still waits for the next start code;
/// - *refuted*, as soon as anything breaks the rule. If that happens while learning, the machine stays with start
///   codes. If it happens while trusting, a slice may have gone to the decoder without its end. The decoder has not
///   finished that picture, then (it counts macroblocks), so nothing wrong was shown; but the stream must be read anew,
///   with the parser.
///
/// Slices go to a decoder with `AV_CODEC_FLAG2_CHUNKS`, which gives a picture once all macroblocks are there. What is
/// not a slice (parameter sets, SEI, delimiters) is kept and goes in front of the next slice: alone it would make that
/// decoder give out the last picture twice (h264_decode_frame looks only at the macroblock row reached).
package struct AccessUnitAssembler: ~Copyable {
    /// Coded data for the decoder: a slice, with what belongs in front of it.
    package struct Piece: Equatable, Sendable {
        package var bytes: [UInt8]
        /// The RTP timestamp of the slice, in the stream's time base.
        package var timestamp: Int64?
        /// Whether the slice starts a new picture: its first macroblock is the picture's first.
        package var startsPicture: Bool
        /// Whether it is of a picture that needs none before it (IDR).
        package var isKeyframe: Bool
    }

    /// What a fragment told about the stream.
    package enum Verdict: Equatable, Sendable {
        /// Go on.
        case consistent
        /// The stream does not fit; open it anew, with the parser.
        case refuted(Reason)
    }

    /// Why a stream does not fit.
    package enum Reason: String, Sendable {
        case fragmentAfterEnd = "a fragment came after a short one"
        case fragmentTooLong = "fragments have different sizes"
        case interlaced = "its pictures are made of fields"
        case reordered = "its pictures do not come in order"
        case tooLarge = "a NAL unit has no end"
    }

    /// Slices that must end as the rule says before it is trusted; one of them of three fragments or more.
    package static let confirmationsNeeded = 10
    /// A NAL unit beyond this is not one.
    package static let maximumUnit = 16 << 20

    private enum Trust {
        case learning(confirmations: Int)
        case trusting
        case startCodesOnly
    }

    /// The NAL unit that is being put together.
    private struct Unit {
        var type: UInt8
        var timestamp: Int64?
        /// Where it begins in the buffer, start code included.
        var offset: Int
        var startsPicture: Bool
        var fragments: Int
        /// Sizes of RTP payload without FU headers: of the first fragment, of the last, and whether all but the last
        /// were equal.
        var first: Int
        var last: Int
        var isUniform: Bool
    }

    /// Whether the rule is trusted now.
    package var isTrusting: Bool { if case .trusting = trust { true } else { false } }

    private var trust = Trust.learning(confirmations: 0)
    /// The size of a full fragment, once a NAL unit of three or more has shown it.
    private var fullSize: Int?
    private var buffer: [UInt8] = []
    private var unit: Unit?
    /// Whether the last unit was taken as whole because of a short fragment.
    private var endedEarly = false
    private var ready: [Piece] = []

    package init() {}

    /// The next piece for the decoder. Call it after each ``append(_:timestamp:afterLoss:)`` until it gives nil.
    package mutating func nextPiece() -> Piece? {
        ready.isEmpty ? nil : ready.removeFirst()
    }

    /// Takes the next fragment.
    ///
    /// - Parameters:
    ///   - fragment: what `av_read_frame` gave.
    ///   - timestamp: its presentation timestamp.
    ///   - afterLoss: RTP packets were lost right before it. What is unfinished is thrown away then.
    package mutating func append(
        _ fragment: some RandomAccessCollection<UInt8>,
        timestamp: Int64?,
        afterLoss: Bool = false
    ) -> Verdict {
        if afterLoss {
            buffer.removeAll(keepingCapacity: true)
            unit = nil
            endedEarly = false
        }
        if StartCode.leads(fragment) {
            closeUnit()
            return begin(fragment, timestamp)
        }
        return resume(fragment)
    }

    // MARK: - Fragments

    /// One RTP packet that begins with a start code: a whole NAL unit, the first fragment of one, or several (STAP-A).
    private mutating func begin(_ packet: some RandomAccessCollection<UInt8>, _ timestamp: Int64?) -> Verdict {
        endedEarly = false
        let starts = StartCode.offsets(in: packet)
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : packet.count
            let bytes = packet.dropFirst(start).prefix(end - start)
            guard bytes.count > StartCode.length else { continue }
            guard buffer.count + bytes.count <= AccessUnitAssembler.maximumUnit else { return refute(.tooLarge) }
            let nalUnit = bytes.dropFirst(StartCode.length)
            let type = nalUnit.first! & 0x1F
            if type == NALType.sequenceParameters, H264SequenceParameters(nalUnit: nalUnit)?.isProgressive == false {
                return refute(.interlaced)
            }
            let slice = NALType.isSlice(type) ? SliceHeader(nalUnit: nalUnit.prefix(16)) : nil
            if slice?.isBidirectional == true { return refute(.reordered) }
            // Behind the start code an FU-A's first fragment has the NAL unit's header, which is in no fragment's
            // count.
            let size = bytes.count - StartCode.length - 1
            unit = Unit(
                type: type,
                timestamp: timestamp,
                offset: buffer.count,
                startsPicture: slice?.firstMacroblock == 0,
                fragments: 1,
                first: size,
                last: size,
                isUniform: true
            )
            buffer.append(contentsOf: bytes)
            // Units of an aggregate are whole by definition, and tell nothing about fragments.
            if starts.count > 1 { finishUnit() }
        }
        if starts.count > 1 { return .consistent }
        return judgeEnd()
    }

    private mutating func resume(_ fragment: some RandomAccessCollection<UInt8>) -> Verdict {
        guard var unit else {
            // Behind the end that a short fragment made us believe in: wrong. Else the rest of a unit whose start was
            // lost.
            return endedEarly ? refute(.fragmentAfterEnd) : .consistent
        }
        guard buffer.count + fragment.count <= AccessUnitAssembler.maximumUnit else { return refute(.tooLarge) }
        if unit.last != unit.first { unit.isUniform = false }
        unit.fragments += 1
        unit.last = fragment.count
        self.unit = unit
        buffer.append(contentsOf: fragment)
        if case .learning = trust, !unit.isUniform || unit.last > unit.first { trust = .startCodesOnly }
        return judgeEnd()
    }

    /// Whether the unit at hand is over, by the size of its last fragment.
    private mutating func judgeEnd() -> Verdict {
        guard case .trusting = trust, let unit, let fullSize else { return .consistent }
        // A unit in one packet has no FU header, so it may be a byte longer than a full fragment.
        let longest = unit.fragments == 1 ? fullSize + 1 : fullSize
        if unit.last > longest { return refute(.fragmentTooLong) }
        if unit.last != fullSize {
            finishUnit()
            endedEarly = true
        }
        return .consistent
    }

    // MARK: - Ends

    /// A start code came: the unit before it is whole, and shows whether the rule would have told so.
    private mutating func closeUnit() {
        guard let unit else { return }
        if NALType.isSlice(unit.type) { learn(from: unit) }
        finishUnit()
    }

    private mutating func learn(from unit: Unit) {
        guard case .learning(let confirmations) = trust else { return }
        if fullSize == nil, unit.fragments >= 3 { fullSize = unit.first }
        guard let fullSize else { return }
        let longest = unit.fragments == 1 ? fullSize + 1 : fullSize
        if unit.first > longest || (unit.fragments > 1 && unit.first != fullSize) {
            trust = .startCodesOnly
        } else if unit.last != fullSize {
            trust =
                confirmations + 1 >= AccessUnitAssembler.confirmationsNeeded
                ? .trusting : .learning(confirmations: confirmations + 1)
        }
    }

    /// The unit is whole: a slice goes out, anything else stays in the buffer for the next slice.
    private mutating func finishUnit() {
        guard let unit else { return }
        self.unit = nil
        guard NALType.isSlice(unit.type) else { return }
        ready.append(
            Piece(
                bytes: buffer,
                timestamp: unit.timestamp,
                startsPicture: unit.startsPicture,
                isKeyframe: unit.type == NALType.instantaneousRefresh
            )
        )
        buffer = []
    }

    private mutating func refute(_ reason: Reason) -> Verdict {
        trust = .startCodesOnly
        unit = nil
        endedEarly = false
        buffer = []
        ready = []
        return .refuted(reason)
    }
}
