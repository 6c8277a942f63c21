/// Measures a video stream while it comes. Time is an argument; nothing in here grows.
package struct ProbeMeter: Sendable {
    /// A coded picture, as it came.
    package struct CodedPicture: Sendable {
        package var arrival: MonotonicTime
        /// Presentation timestamp in microseconds.
        package var timestamp: Int64?
        package var byteCount: Int
        package var isKeyframe: Bool

        package init(arrival: MonotonicTime, timestamp: Int64?, byteCount: Int, isKeyframe: Bool) {
            self.arrival = arrival
            self.timestamp = timestamp
            self.byteCount = byteCount
            self.isKeyframe = isKeyframe
        }
    }

    /// A decoded picture, in the order of presentation.
    package struct DecodedPicture: Sendable {
        /// When its data came.
        package var arrival: MonotonicTime
        /// Presentation timestamp in microseconds.
        package var timestamp: Int64?
        /// Its number among the coded pictures.
        package var number: Int64
        package var isDamaged = false
        package var isInterlaced = false
        package var isBidirectional = false
        /// Whether it is the picture before again; nil when there was none.
        package var isSame: Bool?

        package init(arrival: MonotonicTime, timestamp: Int64?, number: Int64) {
            self.arrival = arrival
            self.timestamp = timestamp
            self.number = number
        }
    }

    /// What passed between two moments.
    private struct Span {
        var count = 0
        var first: Int64 = 0
        var last: Int64 = 0

        mutating func extend(to value: Int64) {
            if count == 0 { (first, last) = (value, value) }
            count += 1
            last = max(last, value)
        }

        /// Nil when it is nothing or more than can be counted.
        var seconds: Double? {
            let (difference, overflow) = last.subtractingReportingOverflow(first)
            return count > 1 && !overflow && difference > 0 ? Double(difference) / 1_000_000 : nil
        }
    }

    /// Beyond time that went by.
    private static let jump: Int64 = 1_000_000

    private var figures = ProbeFigures()
    private let isLive: Bool
    private let mayLackTimestamps: Bool
    private var arrivals = Span()
    private var timestamps = Span()
    private var byteCount = 0
    private var lastByteCount = 0
    private var lastKeyframe: (number: Int, arrival: MonotonicTime, timestamp: Int64?)?
    private var lastPicture: (arrival: MonotonicTime, timestamp: Int64?, number: Int64)?

    /// - Parameters:
    ///   - isLive: whether the stream sets the pace itself; a file comes as fast as it is read.
    ///   - mayLackTimestamps: whether a missing timestamp is the source's fault. Every RTP packet has one (RFC 3550,
    ///     section 5.1), so there it is libavformat's parser that did not hand one on.
    package init(isLive: Bool = true, mayLackTimestamps: Bool = true) {
        self.isLive = isLive
        self.mayLackTimestamps = mayLackTimestamps
    }

    /// How many keyframes came.
    package var keyframes: Int { figures.keyframes }

    /// How many pictures were decoded.
    package var decodedPictures: Int { figures.decodedPictures }

    /// When the last coded picture came.
    package var lastArrival: MonotonicTime? {
        arrivals.count > 0 ? MonotonicTime(microseconds: arrivals.last) : nil
    }

    /// Seconds from the first to the last coded picture, on the clock that fits the source.
    package var mediaSeconds: Double { (isLive ? arrivals.seconds : timestamps.seconds) ?? 0 }

    package mutating func came(_ picture: CodedPicture) {
        figures.codedPictures += 1
        byteCount += picture.byteCount
        lastByteCount = picture.byteCount
        arrivals.extend(to: picture.arrival.microseconds)
        if let timestamp = picture.timestamp { timestamps.extend(to: timestamp) }
        guard picture.isKeyframe else { return }
        figures.keyframes += 1
        if let last = lastKeyframe {
            let pictures = figures.codedPictures - last.number
            figures.keyframeDistancePictures = max(figures.keyframeDistancePictures ?? 0, pictures)
            if let seconds = seconds(from: last, to: picture.arrival, picture.timestamp) {
                figures.keyframeDistanceSeconds = max(figures.keyframeDistanceSeconds ?? 0, seconds)
            }
        }
        lastKeyframe = (figures.codedPictures, picture.arrival, picture.timestamp)
    }

    /// By timestamps where they make sense: the network may have held back one of the two.
    private func seconds(
        from last: (number: Int, arrival: MonotonicTime, timestamp: Int64?),
        to arrival: MonotonicTime,
        _ timestamp: Int64?
    ) -> Double? {
        if figures.timestamps.areSound, let from = last.timestamp, let timestamp {
            let (difference, overflow) = timestamp.subtractingReportingOverflow(from)
            if !overflow && difference > 0 { return Double(difference) / 1_000_000 }
        }
        return isLive ? Double(last.arrival.duration(to: arrival).microseconds) / 1_000_000 : nil
    }

    package mutating func decoded(_ picture: DecodedPicture) {
        figures.decodedPictures += 1
        if picture.isDamaged && figures.keyframes > 0 { figures.damagedPictures += 1 }
        if picture.isInterlaced { figures.interlacedPictures += 1 }
        if picture.isBidirectional { figures.bidirectionalPictures += 1 }
        if picture.isSame == false { figures.changedPictures += 1 }
        if picture.timestamp == nil && mayLackTimestamps { figures.timestamps.missing += 1 }
        if let last = lastPicture {
            if picture.number < last.number { figures.reorderedPictures += 1 }
            if let from = last.timestamp, let to = picture.timestamp {
                step(from: from, to: to, in: last.arrival.duration(to: picture.arrival).microseconds)
            }
        }
        lastPicture = (picture.arrival, picture.timestamp ?? lastPicture?.timestamp, picture.number)
    }

    private mutating func step(from: Int64, to: Int64, in elapsed: Int64) {
        let (difference, overflow) = to.subtractingReportingOverflow(from)
        if to < from {
            figures.timestamps.backward += 1
        } else if to == from {
            figures.timestamps.repeated += 1
        } else if overflow
            || difference > ProbeMeter.jump && difference - ProbeMeter.jump > (isLive ? max(0, elapsed) : 0)
        {
            figures.timestamps.jumps += 1
        }
    }

    package mutating func decodingFailed() {
        if figures.keyframes > 0 { figures.decodeErrors += 1 }
    }

    package mutating func lost(_ count: Int) {
        figures.packetLosses += count
    }

    /// What was measured until `now`.
    package func result(at now: MonotonicTime) -> ProbeFigures {
        var result = figures
        let byTimestamp = figures.timestamps.areSound && figures.decodedPictures > 0
        let span = byTimestamp && timestamps.count == arrivals.count ? timestamps : isLive ? arrivals : Span()
        if let seconds = span.seconds {
            result.framesPerSecond = Double(span.count - 1) / seconds
            // As many pictures as intervals.
            result.bitsPerSecond = Double(byteCount - lastByteCount) * 8 / seconds
        }
        if let lastKeyframe, isLive {
            result.sinceKeyframeSeconds = Double(lastKeyframe.arrival.duration(to: now).microseconds) / 1_000_000
        }
        return result
    }
}
