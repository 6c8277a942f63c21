import FrameCodec
import RTSPCapture
import Testing

@Suite("Probe's findings")
struct ProbeFindingsTests {
    private func codes(
        end: ProbeFindings.End = .lookedEnough,
        fallback: String? = nil,
        _ change: (inout ProbeReport.Video) -> Void = { _ in }
    ) -> [ProbeFinding.Code] {
        var figures = ProbeFigures()
        figures.codedPictures = 125
        figures.decodedPictures = 125
        figures.changedPictures = 124
        figures.keyframes = 5
        figures.framesPerSecond = 25
        figures.keyframeDistancePictures = 25
        figures.keyframeDistanceSeconds = 1
        figures.sinceKeyframeSeconds = 0.5
        var video = ProbeReport.Video(codec: "h264", figures: figures)
        (video.width, video.height) = (1280, 720)
        (video.colorRange, video.colorMatrix) = ("limited", "bt709")
        video.declaredFramesPerSecond = 25
        change(&video)
        return ProbeFindings.of(video, end: end, fallback: fallback).map(\.code)
    }

    @Test("of a good camera there are none")
    func none() {
        #expect(codes() == [])
    }

    @Test("each fault has its own")
    func each() {
        #expect(codes { $0.figures.keyframeDistanceSeconds = 4.1 } == [.longKeyframeDistance])
        #expect(codes { $0.figures.keyframeDistanceSeconds = 4 } == [])
        #expect(codes { $0.figures.sinceKeyframeSeconds = 11 } == [.longKeyframeDistance])
        #expect(codes { $0.figures.keyframes = 0 } == [.noKeyframe])
        #expect(codes { $0.figures.bidirectionalPictures = 1 } == [.bidirectionalFrames])
        #expect(codes { $0.figures.reorderedPictures = 1 } == [.bidirectionalFrames])
        #expect(codes { $0.declaredFramesPerSecond = nil } == [.rateNotDeclared])
        #expect(codes { $0.figures.framesPerSecond = 12 } == [.rateFarFromDeclared])
        #expect(codes { $0.figures.timestamps.missing = 1 } == [.timestampsMissing])
        #expect(codes { $0.figures.timestamps.repeated = 1 } == [.timestampsRepeated])
        #expect(codes { $0.figures.timestamps.backward = 1 } == [.timestampsBackward])
        #expect(codes { $0.figures.timestamps.jumps = 1 } == [.timestampsJump])
        #expect(codes { $0.figures.packetLosses = 1 } == [.packetLoss])
        #expect(codes { $0.figures.decodeErrors = 1 } == [.decodeErrors])
        #expect(codes { $0.figures.changedPictures = 0 } == [.unchangingPicture])
        #expect(codes { $0.figures.interlacedPictures = 1 } == [.interlaced])
        #expect(codes { ($0.width, $0.height) = (3840, 2160) } == [.veryLargePicture])
        #expect(codes { $0.colorRange = "full" } == [.fullRange])
        #expect(codes { $0.colorMatrix = "bt2020" } == [.unusualColors])
        #expect(codes(end: .failed(.silent)) == [.silentAfterStart])
        #expect(codes(end: .failed(.connectionLost)) == [.endedWhileLooking])
        #expect(codes(fallback: "no datagram came") == [.fellBack])
        #expect(codes { $0.figures.decodedPictures = 0 } == [.noPicture])
    }

    @Test("nobody is accused of what an interruption kept from coming")
    func interrupted() {
        #expect(codes(end: .interrupted) { $0.figures.keyframes = 0 } == [])
        #expect(codes(end: .interrupted) { $0.figures.decodedPictures = 0 } == [])
        #expect(codes(end: .interrupted) { $0.figures.changedPictures = 0 } == [])
        #expect(codes(end: .interrupted) { $0.figures.sinceKeyframeSeconds = 30 } == [])
    }

    @Test("the worst comes first")
    func order() {
        let found = codes(end: .failed(.silent)) {
            $0.declaredFramesPerSecond = nil
            $0.figures.packetLosses = 2
        }
        #expect(found == [.silentAfterStart, .packetLoss, .rateNotDeclared])
    }

    @Test("numbers that no camera has are survived")
    func hostile() {
        #expect(
            codes {
                ($0.width, $0.height) = (Int.max, 1)
                $0.figures.framesPerSecond = .infinity
                $0.figures.keyframeDistanceSeconds = .greatestFiniteMagnitude
            }.contains(.longKeyframeDistance)
        )
    }
}
