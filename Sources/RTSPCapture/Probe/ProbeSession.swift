import FrameCodec

/// One connection that is looked at: reads and decodes for as long as it was told, and measures.
///
/// Pictures are taken whole from libavformat's parser, as a capture does it with whatever is not H.264 in an order that it
/// knows: what is measured is the source, not how quickly it can be shown.
struct ProbeSession: ~Copyable {
    private let configuration: SourceProbe.Configuration
    private let capture: CaptureConfiguration
    private let waitsForDatagrams: Bool
    private let stop: StopSignal
    private let watch: InputWatch
    private let failure: OpenFailure

    private var context: FormatContext
    private let stream: StreamDescription
    private var decoder: VideoDecoder
    private var packet: Packet
    private var ledger = PacketLedger()
    private var meter: ProbeMeter
    private var knownLosses = 0
    private var previous: Picture?
    private var looks: (color: ColorDescription, declaresMatrix: Bool, format: PixelFormat, size: PictureSize)?

    private(set) var firstPacket: MonotonicTime?
    private(set) var firstKeyframe: MonotonicTime?
    private(set) var firstPicture: MonotonicTime?

    init(
        _ opened: consuming OpenedSource,
        _ configuration: SourceProbe.Configuration,
        mode: SourceMode,
        stop: StopSignal,
        watch: InputWatch,
        _ failure: OpenFailure
    ) throws(SessionFailure) {
        let capture = configuration.capture
        let stream = opened.stream
        let parameters = opened.parameters
        let context = opened.context
        let decoder = try failure.decoding { () throws(FrameCodecError) in
            try VideoDecoder(parameters: parameters, threads: capture.decoderThreads)
        }
        let packet = try failure.decoding { () throws(FrameCodecError) in try Packet() }
        self.context = context
        self.decoder = decoder
        self.packet = packet
        self.configuration = configuration
        self.capture = capture
        self.stream = stream
        self.stop = stop
        self.watch = watch
        self.failure = failure
        waitsForDatagrams = mode.mayFallBackToTCP
        meter = ProbeMeter(isLive: capture.source.isLive, mayLackTimestamps: !capture.source.isRTSP)
    }

    /// Looks until it was long enough, or the source ends.
    mutating func run() -> SessionEnd {
        while !stop.isStopped {
            let now = MonotonicTime.now
            guard let rest = rest(at: now) else { return .endOfFile }
            watch.arm(for: rest)
            do throws(LibAVError) {
                try context.read(into: &packet)
            } catch {
                return afterRead(error)
            }
            guard packet.streamIndex == stream.index else { continue }
            if let end = take(at: .now) { return end }
        }
        return .stopped
    }

    /// How long the next read may take; nil when it was looked long enough.
    private func rest(at now: MonotonicTime) -> Duration? {
        guard let firstPacket else {
            return waitsForDatagrams ? capture.datagramDeadline : capture.silenceDeadline
        }
        guard capture.source.isLive else { return restOfFile(firstPacket, now) }
        let most = configuration.duration + (meter.keyframes < 2 ? configuration.keyframePatience : .zero)
        let left = most - firstPacket.duration(to: now)
        return left > .zero ? min(left, capture.silenceDeadline) : nil
    }

    /// A file is read as fast as it can be, so its own time counts.
    private func restOfFile(_ firstPacket: MonotonicTime, _ now: MonotonicTime) -> Duration? {
        let most = configuration.duration + (meter.keyframes < 2 ? configuration.keyframePatience : .zero)
        let isOver =
            meter.mediaSeconds * 1_000_000 >= Double(most.microseconds) || firstPacket.duration(to: now) >= most
        return isOver ? nil : capture.silenceDeadline
    }

    private mutating func afterRead(_ error: LibAVError) -> SessionEnd {
        if watch.interruption == .deadline {
            if firstPacket == nil && waitsForDatagrams {
                return .restart(.tcp("no datagram came within \(capture.datagramDeadline.inSeconds)"))
            }
            // The time to look is over, and it was not silent for as long as would be a fault.
            let lastArrival = meter.lastArrival
            if let lastArrival, lastArrival.duration(to: .now) < capture.silenceDeadline { return .endOfFile }
        }
        let end = failure.reading(error, watch: watch)
        if case .endOfFile = end {
            do throws(FrameCodecError) { try decoder.drain() } catch { return .failed(failure.decoding(error)) }
            if let end = receivePictures() { return end }
        }
        return end
    }

    private mutating func take(at now: MonotonicTime) -> SessionEnd? {
        if firstPacket == nil { firstPacket = now }
        // Every picture of Motion JPEG is one, which no parser is there to tell.
        let isKeyframe = packet.isKeyframe || decoder.codec == .mjpeg
        if isKeyframe && firstKeyframe == nil { firstKeyframe = now }
        let losses = watch.lossCount
        meter.lost(losses - knownLosses)
        knownLosses = losses
        let timestamp = (packet.presentationTimestamp ?? packet.decodingTimestamp)
            .flatMap { stream.timeBase.microseconds($0) }
        meter.came(.init(arrival: now, timestamp: timestamp, byteCount: packet.byteCount, isKeyframe: isKeyframe))
        packet.setToken(ledger.enter(timestamp: timestamp, arrival: Arrival(monotonic: now, unix: 0)))
        do throws(FrameCodecError) {
            try decoder.send(packet)
        } catch {
            if let end = afterFailure(error) { return end }
        }
        return receivePictures()
    }

    private mutating func receivePictures() -> SessionEnd? {
        while true {
            do throws(FrameCodecError) {
                guard let picture = try decoder.receive() else { return nil }
                note(picture)
            } catch {
                if let end = afterFailure(error) { return end }
            }
        }
    }

    /// Damaged data is counted; other failures end the probe.
    private mutating func afterFailure(_ error: FrameCodecError) -> SessionEnd? {
        guard error.code == .invalidData else { return .failed(failure.decoding(error)) }
        meter.decodingFailed()
        return nil
    }

    private mutating func note(_ picture: consuming Picture) {
        let token = picture.presentationTimestamp ?? ledger.lastToken
        // Given out before: a broken slice header made the decoder repeat itself.
        guard let entry = ledger.take(token) else { return }
        if firstPicture == nil { firstPicture = .now }
        looks = (picture.colorDescription, picture.declaresMatrix, picture.pixelFormat, picture.size)
        var decoded = ProbeMeter.DecodedPicture(
            arrival: entry.arrival.monotonic,
            timestamp: entry.timestamp,
            number: token
        )
        decoded.isDamaged = picture.isCorrupt
        decoded.isInterlaced = picture.isInterlaced
        decoded.isBidirectional = picture.isBidirectional
        if previous != nil { decoded.isSame = picture.hasSameSamples(as: previous!) }
        meter.decoded(decoded)
        previous = consume picture
    }
}

// MARK: - What was seen

extension ProbeSession {
    /// Whether an RTCP sender report came; nil where there is no RTCP.
    var hasSenderReport: Bool? { capture.source.isRTSP ? context.hasWallClock : nil }

    /// What is known of the stream by now.
    func video(at now: MonotonicTime) -> ProbeReport.Video {
        var video = ProbeReport.Video(codec: decoder.codec.name, figures: meter.result(at: now))
        video.profile = decoder.profileName
        video.level = decoder.level.flatMap { [codec = decoder.codec] in VideoLevel.text($0, of: codec) }
        video.declaredFramesPerSecond =
            decoder.declaredFrameRate ?? stream.interval.flatMap { $0 > 0 ? 1_000_000 / Double($0) : nil }
        guard let looks else { return video }
        video.width = looks.size.width
        video.height = looks.size.height
        video.pixelFormat = looks.format.name
        video.colorRange = "\(looks.color.range)"
        video.colorMatrix = "\(looks.color.matrix)"
        video.colorMatrixIsDeclared = looks.declaresMatrix
        return video
    }
}
