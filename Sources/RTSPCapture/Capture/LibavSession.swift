import FrameCodec

/// One connection to a source: reads, assembles and decodes until it ends.
struct LibavSession: ~Copyable {
    private let configuration: CaptureConfiguration
    private let mode: SourceMode
    private let stop: StopSignal
    private let meter: CaptureMeter
    private let failure: OpenFailure
    private let watch: InputWatch
    private let keeper: WatchKeeper

    private var context: FormatContext
    private let stream: StreamDescription
    private var decoder: VideoDecoder
    private var assembler: AccessUnitAssembler?
    private var packet: Packet
    private var ledger = PacketLedger()
    private var hold = DamageHold()
    private var lossMeter = LossMeter()
    private var knownLosses = 0
    private var lastPicture = MonotonicTime.now
    /// Takes an image that is passed through; false when it is time to stop.
    private let passOn: (EncodedImage, PacketLedger.Entry) -> Bool
    /// What the next picture is compared with.
    private var stillness = Stillness()
    private var previousImage: [UInt8] = []
    private var hasData = false
    private var isAfterLoss = false
    private var lastShownToken: Int64 = 0
    private var lastRoundToken: Int64 = 0

    /// What is decoded.
    var codec: VideoCodec { decoder.codec }

    /// Microseconds from picture to picture, where the container says so.
    var interval: Int64? { stream.interval }

    /// Opens the source and its decoder.
    init(
        _ configuration: CaptureConfiguration,
        mode: SourceMode,
        stop: StopSignal,
        meter: CaptureMeter,
        keeper: WatchKeeper,
        passOn: @escaping (EncodedImage, PacketLedger.Entry) -> Bool
    ) throws(SessionFailure) {
        let failure = OpenFailure(source: configuration.source, configuration: configuration)
        let watch = InputWatch(configuration.source, stop: stop, whileWaiting: { keeper.look(at: .now) })
        let opened = try OpenedSource(configuration, mode: mode, stop: stop, watch: watch, failure)
        let stream = opened.stream
        let parameters = opened.parameters
        var context = opened.context
        let assembles = mode.assembles && LibavSession.canAssemble(parameters)
        if assembles { context.leaveFragments() }
        let decoder = try failure.decoding { () throws(FrameCodecError) in
            try VideoDecoder(
                parameters: parameters,
                // With slice threads, FFmpeg's error resilience is off, which takes a picture that comes in pieces for
                // damaged (the check on prev_status in h264_slice.c). A slice at a time goes in, so the second thread
                // has no work.
                threads: assembles ? .slices(2) : configuration.decoderThreads,
                lowDelayChunks: assembles
            )
        }
        if configuration.passesImagesThrough && decoder.codec != .mjpeg {
            throw SessionFailure(failure.notJPEG(decoder.codec))
        }
        let packet = try failure.decoding { () throws(FrameCodecError) in try Packet() }
        assembler = assembles ? AccessUnitAssembler() : nil
        self.decoder = decoder
        self.packet = packet
        self.context = context
        self.stream = stream
        self.configuration = configuration
        self.mode = mode
        self.stop = stop
        self.meter = meter
        self.failure = failure
        self.watch = watch
        self.keeper = keeper
        self.passOn = passOn
        if configuration.source.isLive { keeper.connected(at: .now) }
    }

    /// Whether the stream's access units can be assembled here, as far as its description tells.
    private static func canAssemble(_ parameters: borrowing CodecParameters) -> Bool {
        parameters.codec == .h264 && !H264SequenceParameters.mayInterlace(parameters.extradata)
    }
}

// MARK: - The inner loop

extension LibavSession {
    /// What a step means for the loop.
    private enum Step {
        case goOn
        case end(SessionEnd)
    }

    /// Reads and decodes until the source ends, or `present` gives false.
    mutating func run(_ present: (consuming Picture, PacketLedger.Entry) -> Bool) -> SessionEnd {
        // A file is read without waiting, and so without asking the interrupt callback.
        while !stop.isStopped {
            if case .end(let end) = readAndDecode(present) { return end }
        }
        return .stopped
    }

    private mutating func readAndDecode(_ present: (consuming Picture, PacketLedger.Entry) -> Bool) -> Step {
        let waitsForDatagrams = mode.mayFallBackToTCP && !hasData
        watch.arm(for: waitsForDatagrams ? configuration.datagramDeadline : configuration.silenceDeadline)
        do throws(LibAVError) {
            try context.read(into: &packet)
        } catch {
            if waitsForDatagrams && watch.interruption == .deadline {
                return .end(.restart(.tcp("no datagram came within \(configuration.datagramDeadline.inSeconds)")))
            }
            return atEnd(failure.reading(error, watch: watch), present)
        }
        guard packet.streamIndex == stream.index else { return .goOn }
        hasData = true
        let arrival = Arrival.now
        keeper.packetArrived(at: arrival.monotonic)
        if case .end(let end) = noticeLosses(at: arrival) { return .end(end) }
        let step = assembler == nil ? decodeWhole(arrival, present) : decodeFragment(arrival, present)
        if case .end = step { return step }
        if keeper.takesRestart(at: arrival.monotonic) { return .end(.failed(failure.frozen())) }
        let hasPictures = lastPicture.duration(to: arrival.monotonic) <= configuration.pictureDeadline
        return hasPictures || !configuration.source.isLive ? .goOn : .end(.failed(failure.noPicture()))
    }

    /// At the end of a file: the pictures that the decoder still has, then the beginning again if that is wanted.
    private mutating func atEnd(
        _ end: SessionEnd,
        _ present: (consuming Picture, PacketLedger.Entry) -> Bool
    ) -> Step {
        guard case .endOfFile = end else { return .end(end) }
        do throws(FrameCodecError) {
            try decoder.drain()
        } catch {
            return .end(.failed(failure.decoding(error)))
        }
        if case .end(let end) = receivePictures(present) { return .end(end) }
        guard configuration.loop else { return .end(.endOfFile) }
        // Without a picture in it, the file would be read again and again as fast as it can be.
        guard ledger.lastToken > lastRoundToken, lastShownToken > lastRoundToken else {
            return .end(.failed(failure.emptyFile()))
        }
        lastRoundToken = ledger.lastToken
        decoder.flush()
        do throws(LibAVError) {
            try context.rewind()
            return .goOn
        } catch {
            return .end(failure.reading(error, watch: watch))
        }
    }

    private mutating func noticeLosses(at arrival: Arrival) -> Step {
        let losses = watch.lossCount
        guard losses > knownLosses else { return .goOn }
        meter.count(\.packetLosses, UInt64(losses - knownLosses))
        knownLosses = losses
        hold.damaged(at: ledger.lastToken + (assembler == nil ? 1 : 0), now: arrival.monotonic)
        isAfterLoss = true
        if lossMeter.lost(at: arrival.monotonic) && mode.mayFallBackToTCP {
            return .end(.restart(.tcp("datagrams get lost")))
        }
        return .goOn
    }

    /// A packet is a coded picture.
    private mutating func decodeWhole(
        _ arrival: Arrival,
        _ present: (consuming Picture, PacketLedger.Entry) -> Bool
    ) -> Step {
        let ticks = packet.presentationTimestamp ?? packet.decodingTimestamp
        packet.setToken(
            ledger.enter(timestamp: ticks.flatMap { stream.timeBase.microseconds($0) }, arrival: arrival)
        )
        meter.count(\.received)
        if configuration.passesImagesThrough { return passThrough() }
        do throws(FrameCodecError) {
            try decoder.send(packet)
        } catch {
            if let end = afterFailure(error) { return .end(end) }
        }
        return receivePictures(present)
    }

    /// A packet is an image. One that is not whole is left out.
    private mutating func passThrough() -> Step {
        let now = MonotonicTime.now
        guard let entry = ledger.take(ledger.lastToken) else { return .goOn }
        let (bytes, size) = packet.withBytes { (Array($0), JPEGFile.size(of: $0)) }
        guard let size else {
            meter.count(\.decoded)
            meter.count(\.damaged)
            return .goOn
        }
        lastShownToken = ledger.lastToken
        lastPicture = now
        meter.decodedPicture(of: size, at: now)
        if configuration.source.isLive {
            let similarity: PictureSimilarity = bytes == previousImage ? .identical : .different
            keeper.pictureDecoded(timestamp: entry.timestamp, similarity: similarity, at: now)
            previousImage = bytes
        }
        return passOn(EncodedImage(bytes: bytes, format: .jpeg, size: size), entry) ? .goOn : .end(.stopped)
    }

    /// A packet is a fragment of one.
    private mutating func decodeFragment(
        _ arrival: Arrival,
        _ present: (consuming Picture, PacketLedger.Entry) -> Bool
    ) -> Step {
        let timestamp = packet.presentationTimestamp
        let verdict = packet.withBytes { bytes in
            assembler!.append(bytes, timestamp: timestamp, afterLoss: isAfterLoss)
        }
        isAfterLoss = false
        if case .refuted(let reason) = verdict {
            return .end(
                .restart(.parser("this camera's packets do not show where a picture ends (\(reason.rawValue))"))
            )
        }
        while let piece = assembler!.nextPiece() {
            if piece.startsPicture {
                // A picture that never got all its macroblocks is still open in a decoder that takes pieces, and such a
                // decoder takes no keyframe before that is done with (ff_h264_queue_decode_slice): never, that is.
                if piece.isKeyframe && lastShownToken != ledger.lastToken { decoder.flush() }
                let microseconds = piece.timestamp.flatMap { stream.timeBase.microseconds($0) }
                _ = ledger.enter(timestamp: microseconds, arrival: arrival)
                meter.count(\.received)
            } else {
                ledger.extend(ledger.lastToken, arrival: arrival)
            }
            do throws(FrameCodecError) {
                var chunk = try Packet(copying: piece.bytes)
                chunk.setToken(ledger.lastToken)
                try decoder.send(chunk)
            } catch {
                if let end = afterFailure(error) { return .end(end) }
            }
            if case .end(let end) = receivePictures(present) { return .end(end) }
        }
        return .goOn
    }

    private mutating func receivePictures(_ present: (consuming Picture, PacketLedger.Entry) -> Bool) -> Step {
        while true {
            do throws(FrameCodecError) {
                guard let picture = try decoder.receive() else { return .goOn }
                guard show(picture, present) else { return .end(.stopped) }
            } catch {
                if let end = afterFailure(error) { return .end(end) }
            }
        }
    }

    /// Damaged data is passed over; other failures end the session.
    private mutating func afterFailure(_ error: FrameCodecError) -> SessionEnd? {
        guard error.code == .invalidData else { return .failed(failure.decoding(error)) }
        hold.damaged(at: ledger.lastToken, now: .now)
        return nil
    }

    private mutating func show(
        _ picture: consuming Picture,
        _ present: (consuming Picture, PacketLedger.Entry) -> Bool
    ) -> Bool {
        let token = picture.presentationTimestamp ?? ledger.lastToken
        // Given out before: a broken slice header made the decoder repeat itself.
        guard let entry = ledger.take(token) else { return true }
        let now = MonotonicTime.now
        // Assembled here, pictures come out one by one. A gap is one that never got all its macroblocks.
        if assembler != nil {
            if lastShownToken > 0 && token != lastShownToken + 1 { hold.damaged(at: token - 1, now: now) }
        }
        lastShownToken = token
        lastPicture = now
        meter.decodedPicture(of: picture.size, at: now)
        if configuration.source.isLive {
            keeper.pictureDecoded(timestamp: entry.timestamp, similarity: stillness.judge(picture), at: now)
        }
        let isShown = hold.admits(
            token: token,
            isKeyframe: picture.isKeyframe,
            isCorrupt: picture.isCorrupt,
            now: now
        )
        guard isShown else {
            meter.count(\.damaged)
            return true
        }
        return present(picture, entry)
    }
}
