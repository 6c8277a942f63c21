import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Renditions", .serialized)
struct RenditionTests {
    @Test("are read from their text")
    func texts() throws {
        let whole = try Rendition("small=640x360@12.5,q60")
        #expect(whole.name == "small")
        #expect(whole.size == OutputSize(width: 640, height: 360))
        #expect(whole.frameRate == 12.5)
        #expect(whole.quality == 60)
        let bare = try Rendition("wall_2-a=320x180")
        #expect(bare.name == "wall_2-a")
        #expect(bare.frameRate == nil)
        #expect(bare.quality == nil)
        #expect(try Rendition("a=16x16,q0").quality == 0)
        #expect(try Rendition("a=16x16@240").frameRate == 240)
    }

    @Test(
        "are refused with what is wrong",
        arguments: [
            ("", "no ="), ("small", "no ="), ("=640x360", "name"), ("a b=640x360", "name"), ("a~b=640x360", "name"),
            ("ä=640x360", "name"), (String(repeating: "n", count: 33) + "=640x360", "name"), ("a=", "size"),
            ("a=640", "size"), ("a=640x", "size"), ("a=x360", "size"), ("a=640x360x2", "size"), ("a=15x360", "size"),
            ("a=640x16384", "size"), ("a=-640x360", "size"), ("a=640x360@", "rate"), ("a=640x360@0", "rate"),
            ("a=640x360@nan", "rate"), ("a=640x360@-1", "rate"), ("a=640x360@241", "rate"), ("a=640x360@inf", "rate"),
            ("a=640x360@10@10", "rate"), ("a=640x360,60", "quality"), ("a=640x360,q", "quality"),
            ("a=640x360,q101", "quality"), ("a=640x360,q-1", "quality"), ("a=640x360,q60,q60", "nothing"),
            ("a=640x360,", "quality"), ("a=640x360,q60@10", "quality"),
        ]
    )
    func hostileTexts(text: String, problem: String) {
        let error = #expect(throws: RenditionError.self) { try Rendition(text) }
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.description.contains("small=640x360@10,q60") == true)
    }

    @Test("that share a name are refused")
    func sharedName() async throws {
        var configuration = CameraPipeline.Configuration(source: try SourceURL("test:size=320x180"))
        configuration.renditions = [try Rendition("a=16x16"), try Rendition("a=32x32")]
        #expect(await errorOf(CameraPipeline(configuration: configuration))?.code == .invalidConfiguration)
    }

    @Test("have a size and a rate of their own", .timeLimit(.minutes(1)))
    func sizeAndRate() async throws {
        var configuration = CameraPipeline.Configuration(source: try SourceURL("test:size=640x360,rate=30"))
        configuration.renditions = [try Rendition("small=320x180@10,q50"), try Rendition("same=640x360")]
        let taken = Monitor<[String: [EncodedFrame]]>([:])
        let pipeline = CameraPipeline(
            configuration: configuration,
            renditions: { rendition, frame in taken.withLock { $0[rendition.name, default: []].append(frame) } }
        )
        var sequences: [UInt64] = []
        for try await frame in pipeline {
            #expect(frame.image.size == PictureSize(width: 640, height: 360))
            sequences.append(frame.sourceSequence)
            if taken.withLock({ $0["small", default: []].count >= 10 && $0["same", default: []].count >= 10 }) { break }
        }
        let (small, same) = taken.withLock { ($0["small", default: []], $0["same", default: []]) }
        #expect(small.allSatisfy { $0.image.size == PictureSize(width: 320, height: 180) })
        #expect(same.allSatisfy { $0.image.size == PictureSize(width: 640, height: 360) })
        for frames in [small, same] {
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.sourceSequence < $1.sourceSequence })
        }
        // Ten a second at most, by their own times.
        let steps = zip(small, small.dropFirst()).map { $1.presentationTimestamp - $0.presentationTimestamp }
        #expect(steps.dropFirst(2).allSatisfy { $0 > 60_000 })
        let statistics = try #require(pipeline.statistics(ofRendition: "small"))
        #expect(statistics.delivered >= 10)
        #expect(statistics.thinned > statistics.delivered)
        #expect(pipeline.statistics(ofRendition: "none") == nil)
    }

    @Test("that are slow do not slow the stream down", .timeLimit(.minutes(1)))
    func slowRendition() async throws {
        var configuration = CameraPipeline.Configuration(source: try SourceURL("test:size=320x180,rate=60"))
        configuration.capture.frameRate = nil
        configuration.renditions = [try Rendition("slow=160x90")]
        let taken = Monitor<[UInt64]>([])
        let seen = Monitor(0)
        let pipeline = CameraPipeline(
            configuration: configuration,
            renditions: { _, frame in
                taken.withLock { $0.append(frame.sourceSequence) }
                // As slow as 15 pictures of the stream, however fast the machine is.
                let enough = seen.withLock { $0 } + 15
                while seen.withLock({ $0 }) < enough { usleep(2_000) }
            }
        )
        for try await _ in pipeline {
            seen.withLock { $0 += 1 }
            if taken.withLock({ $0.count >= 4 }) { break }
        }
        let frames = seen.withLock { $0 }
        // Whoever waits for us must not wait for ever.
        seen.withLock { $0 = .max / 2 }
        #expect(frames >= 45)
        let sequences = taken.withLock { $0 }
        #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 })
        // Newest wins: what could not be encoded in time is left out, not queued.
        #expect(try #require(pipeline.statistics(ofRendition: "slow")).replacedBeforeEncoding >= 10)
    }
}
