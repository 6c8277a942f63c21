import FrameCodec
import LoopbackCamera
import RTSPCapture
import Testing

/// The camera, watched by this package's own capture.
@Suite struct CaptureTests {
    private struct Sighting: Sendable {
        var painted: Int64
        var seen: Int64
        var presentation: Int64
    }

    /// The clock in the pictures tells when each was painted, in milliseconds.
    @Test func everyPictureOfTheTestSourceIsFreshAndInOrder() async throws {
        let size = try #require(PictureSize(width: 640, height: 360))
        let sightings = try await withCamera(.init(source: .testPicture(size: size, frameRate: 20))) { url in
            var sightings: [Sighting] = []
            let source = RTSPSource(configuration: .init(source: try SourceURL(url))) { picture, origin -> Sighting? in
                let painted = picture.withPlanes { y, _, _ in PictureClock.read { x, row in y[row: row][x] } }
                return painted.map {
                    Sighting(
                        painted: $0,
                        seen: origin.captureTime / 1000,
                        presentation: origin.presentationTimestamp
                    )
                }
            }
            for try await sighting in source {
                sightings.append(sighting)
                if sightings.count == 40 { break }
            }
            return sightings
        }
        #expect(sightings.count == 40)
        for (sighting, next) in zip(sightings, sightings.dropFirst()) {
            #expect(sighting.painted < next.painted)
            #expect(sighting.presentation < next.presentation)
        }
        // No picture waits anywhere; the bound leaves room for a machine that is busy with other tests.
        let ages = sightings.map { $0.seen - $0.painted }
        #expect(ages.allSatisfy { $0 >= 0 && $0 < 2000 }, "\(ages)")
        // Timestamps go by the same clock as the paint.
        let painted = sightings[39].painted - sightings[0].painted
        let presented = (sightings[39].presentation - sightings[0].presentation) / 1000
        #expect(abs(painted - presented) < 1000, "\(painted) ms painted, \(presented) presented")
    }
}
