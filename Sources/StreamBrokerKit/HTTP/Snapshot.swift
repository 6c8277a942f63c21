import NIOHTTP1
import StreamBrokerCore

/// `GET /snapshot/{stream}`.
extension BrokerService {
    /// `nil` when the request waits for the next frame.
    func snapshot(_ stream: StreamID, head: HTTPRequestHead, query: [String: String]) -> HTTPAnswer? {
        if let wait = query["wait"] {
            return wait == "next"
                ? nil : .error(.badRequest, "wait has one value, next", hint: "use ?wait=next or leave it out")
        }
        var maximumAge: Int64?
        if let text = query["max_age_ms"] {
            guard let age = Int64(text), age >= 0 else {
                return .error(
                    .badRequest,
                    "max_age_ms is not a whole number of milliseconds",
                    hint: "use for example ?max_age_ms=2000"
                )
            }
            maximumAge = age
        }
        guard let frame = broker.existingChannel(stream)?.latest else { return .noFrame(stream) }
        let age = broker.currentTime.microseconds(since: frame.arrivalTime)
        if let maximumAge, age / 1_000 > maximumAge {
            return .error(
                .serviceUnavailable,
                "the latest frame of \(stream) is \(age / 1_000) ms old",
                hint: "the stream has stalled; try again, or ask with a higher max_age_ms",
                headers: [("Retry-After", "1")]
            )
        }
        return snapshotAnswer(frame, head: head)
    }

    func snapshotAnswer(_ frame: Frame, head: HTTPRequestHead) -> HTTPAnswer {
        let age = max(0, broker.currentTime.microseconds(since: frame.arrivalTime))
        // Sequences start again when a stream was freed: the arrival time makes the tag unique.
        let tag = "\"\(frame.sequence)-\(frame.arrivalTime.rawValue)\""
        var headers = [
            ("ETag", tag),
            ("Age", String(age / 1_000_000)),
            ("X-Sequence", String(frame.sequence)),
            ("Cache-Control", "no-cache"),
        ]
        if let captureTime = frame.captureTime { headers.append(("X-Capture-Time-Us", String(captureTime.rawValue))) }
        let isKnown = EntityTag.matches(tag, head.headers)
        return HTTPAnswer(
            status: isKnown ? .notModified : .ok,
            contentType: frame.format.contentType,
            headers: headers,
            body: isKnown ? [] : frame.payload
        )
    }

    /// The first frame that is published from now on, or why there is none.
    func nextSnapshot(_ stream: StreamID, head: HTTPRequestHead) async -> HTTPAnswer {
        let channel: FrameChannel
        do { channel = try broker.channel(stream) } catch { return .brokerRefusal(error) }
        let known = channel.latest?.sequence ?? 0
        let subscription = channel.subscribe(.latest)
        let frame = await withTaskGroup(of: Frame?.self) { group in
            group.addTask {
                for await frame in subscription where frame.sequence > known { return frame }
                return nil
            }
            group.addTask { [limits] in
                try? await Task.sleep(for: limits.snapshotWait)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let frame else {
            return .error(
                .serviceUnavailable,
                "no frame of \(stream) came in time",
                hint: "nobody publishes this stream at the moment",
                headers: [("Retry-After", "1")]
            )
        }
        return snapshotAnswer(frame, head: head)
    }
}
