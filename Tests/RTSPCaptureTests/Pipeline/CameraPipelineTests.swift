import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Pipeline", .serialized)
struct CameraPipelineTests {
    private func testPicture(_ options: String = "size=320x180,rate=60") throws -> CameraPipeline.Configuration {
        var configuration = CameraPipeline.Configuration(source: try SourceURL("test:\(options)"))
        configuration.capture.frameRate = nil
        return configuration
    }

    @Test("encodes what it captures, in order", .timeLimit(.minutes(1)))
    func encodes() async throws {
        let pipeline = CameraPipeline(configuration: try testPicture())
        var frames: [EncodedFrame] = []
        for try await frame in pipeline {
            frames.append(frame)
            if frames.count == 20 { break }
        }
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.sourceSequence < $1.sourceSequence })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.presentationTimestamp < $1.presentationTimestamp })
        for frame in frames {
            #expect(frame.image.bytes.starts(with: Array("RIFF".utf8)))
            #expect(frame.image.size == PictureSize(width: 320, height: 180))
            #expect(frame.image.presentationTimestamp == frame.presentationTimestamp)
            #expect(abs(frame.captureTime - UnixTime.now) < 60_000_000)
            #expect(frame.encodeDuration > .zero)
        }
    }

    @Test("scales down to the wanted size", .timeLimit(.minutes(1)))
    func scales() async throws {
        var configuration = try testPicture("size=640x360,rate=30")
        configuration.size = OutputSize(width: 320)
        for try await frame in CameraPipeline(configuration: configuration) {
            #expect(frame.image.size == PictureSize(width: 320, height: 180))
            break
        }
    }

    @Test("accounts for every picture when the encoder is too slow", .timeLimit(.minutes(1)))
    func slowEncoder() async throws {
        var configuration = CameraPipeline.Configuration(source: try SourceURL(Clip.path("ball-320x180.h264.mp4")))
        configuration.capture.frameRate = nil
        configuration.encoderWorkers = 2
        let pipeline = CameraPipeline(configuration: configuration) { () throws(FrameCodecError) in SlowEncoder() }
        var sequences: [UInt64] = []
        for try await frame in pipeline { sequences.append(frame.sourceSequence) }
        #expect(zip(sequences, sequences.dropFirst()).allSatisfy(<))
        // The last picture is the newest.
        #expect(sequences.last == 45)
        let statistics = pipeline.statistics
        #expect(statistics.decoded == 45)
        #expect(statistics.replacedBeforeEncoding > 0)
        #expect(statistics.decoded == statistics.replacedBeforeEncoding + statistics.encoded)
        #expect(statistics.encoded == statistics.late + statistics.replacedBeforeDelivery + statistics.delivered)
        #expect(statistics.delivered == UInt64(sequences.count))
    }

    @Test("does not wait for a slow consumer, who gets the newest", .timeLimit(.minutes(1)))
    func slowConsumer() async throws {
        let pipeline = CameraPipeline(configuration: try testPicture())
        var iterator = pipeline.makeAsyncIterator()
        let first = try #require(try await iterator.next())
        // Away for 30 pictures.
        let moved = await onThread { poll { pipeline.statistics.encoded >= 30 } }
        #expect(moved)
        let second = try #require(try await iterator.next())
        #expect(second.sourceSequence >= first.sourceSequence + 25)
        #expect(pipeline.statistics.replacedBeforeDelivery >= 20)
    }

    @Test("refuses impossible settings before the source is opened")
    func settings() async throws {
        func code(_ change: (inout CameraPipeline.Configuration) -> Void) async throws -> CaptureError.Code? {
            var configuration = try testPicture()
            change(&configuration)
            return await errorOf(CameraPipeline(configuration: configuration))?.code
        }
        #expect(try await code { $0.encoder.quality = 101 } == .invalidConfiguration)
        #expect(try await code { $0.encoderWorkers = 0 } == .invalidConfiguration)
        #expect(try await code { $0.capture.frameRate = 0 } == .invalidConfiguration)
        #expect(try await code { $0.capture.silenceDeadline = .zero } == .invalidConfiguration)
        #expect(try await code { $0.size.width = 0 } == .invalidConfiguration)
    }

    @Test("tells that pictures cannot be encoded, once, and goes on", .timeLimit(.minutes(1)))
    func failingEncoder() async throws {
        let watcher = Watcher()
        let pipeline = CameraPipeline(
            configuration: try testPicture(),
            observer: { watcher.observe($0) }
        ) { () throws(FrameCodecError) in FailingEncoder() }
        _ = try await whileIterating(pipeline) {
            let many = await onThread { poll { pipeline.statistics.failedToEncode >= 10 } }
            #expect(many)
        }
        #expect(watcher.events.count { if case .encodingFailed = $0 { true } else { false } } == 1)
    }

    @Test("An iteration that is cancelled before it begins opens nothing")
    func cancelledBefore() async throws {
        let watcher = Watcher()
        let pipeline = CameraPipeline(configuration: try testPicture(), observer: { watcher.observe($0) })
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            var iterator = pipeline.makeAsyncIterator()
            return try await iterator.next()
        }
        task.cancel()
        #expect(try await task.value == nil)
        #expect(watcher.events.isEmpty)
    }
}

/// Copies nothing and takes its time.
private struct SlowEncoder: PictureEncoder {
    mutating func encode(_ picture: borrowing Picture) throws(FrameCodecError) -> EncodedImage {
        usleep(90_000)
        return EncodedImage(bytes: [1], format: .webp, size: picture.size)
    }
}

private struct FailingEncoder: PictureEncoder {
    mutating func encode(_ picture: borrowing Picture) throws(FrameCodecError) -> EncodedImage {
        throw FrameCodecError(code: .encodingFailed, message: "No.")
    }
}
