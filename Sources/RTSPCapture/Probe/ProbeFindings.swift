import FrameCodec

/// Tells from what was seen what it means. No clock, no camera.
package enum ProbeFindings {
    /// Seconds from keyframe to keyframe that a viewer can bear to wait for a picture.
    private static let longKeyframeDistance = 4.0
    /// Pictures a second may differ from what is declared by this part before it is told.
    private static let rateTolerance = 0.2
    /// Shorter than that, a rate is not known well enough.
    private static let leastPicturesForRate = 20
    /// Fewer pictures that are all the same may be chance.
    private static let leastPicturesForChange = 10
    /// More pixels are a load for most machines, at a full rate of whole images.
    private static let largePicture = 1920 * 1088

    /// How a probe came to its end.
    package enum End: Sendable, Hashable {
        /// It had looked long enough.
        case lookedEnough
        /// Somebody ended it: what is not there may have been about to come.
        case interrupted
        /// The source's silence, its end, or what else.
        case failed(CaptureError.Code)
    }

    /// The findings, the worst first.
    package static func of(_ video: ProbeReport.Video, end: End, fallback: String? = nil) -> [ProbeFinding] {
        let figures = video.figures
        let all =
            ending(figures, end) + keyframes(figures, end) + damage(figures) + timestamps(figures.timestamps)
            + rate(video) + pictures(video, end) + transport(fallback)
        return [.problem, .warning, .note].flatMap { severity in all.filter { $0.severity == severity } }
    }

    private static func ending(_ figures: ProbeFigures, _ end: End) -> [ProbeFinding] {
        var found: [ProbeFinding] = []
        if end == .failed(.silent) && figures.codedPictures > 0 {
            found.append(
                .init(
                    .silentAfterStart,
                    .problem,
                    "The camera began to send and then fell silent; look at its network, its load and how many clients it "
                        + "has room for."
                )
            )
        }
        if end == .failed(.connectionLost) {
            found.append(
                .init(
                    .endedWhileLooking,
                    .problem,
                    "The camera closed the connection while it was looked at; it may be restarting, or has room for too "
                        + "few clients."
                )
            )
        }
        if end != .interrupted && figures.codedPictures > 0 && figures.decodedPictures == 0 {
            found.append(
                .init(
                    .noPicture,
                    .problem,
                    "Data came, but no picture could be decoded from it; choose H.264 main profile in the camera's settings "
                        + "and a keyframe every second or two."
                )
            )
        }
        return found
    }

    private static func keyframes(_ figures: ProbeFigures, _ end: End) -> [ProbeFinding] {
        guard figures.codedPictures > 0 else { return [] }
        guard figures.keyframes > 0 else {
            return end == .interrupted
                ? []
                : [
                    .init(
                        .noKeyframe,
                        .warning,
                        "No keyframe came while looking, and a picture cannot begin without one; set the keyframe interval in "
                            + "the camera to a second or two, or look longer with --seconds."
                    )
                ]
        }
        let isOpenEnded = (figures.keyframeDistanceSeconds ?? 0) < (figures.sinceKeyframeSeconds ?? 0)
        let seconds = max(figures.keyframeDistanceSeconds ?? 0, figures.sinceKeyframeSeconds ?? 0)
        guard seconds > longKeyframeDistance, !isOpenEnded || end == .lookedEnough else { return [] }
        return [
            .init(
                .longKeyframeDistance,
                .warning,
                "Keyframes are \(isOpenEnded ? "more than " : "")\(oneDecimal(seconds)) s apart, which is how long a picture may "
                    + "take to come, or to come back after a cut; set the keyframe interval in the camera to a second or two."
            )
        ]
    }

    private static func damage(_ figures: ProbeFigures) -> [ProbeFinding] {
        var found: [ProbeFinding] = []
        if figures.packetLosses > 0 {
            found.append(
                .init(
                    .packetLoss,
                    .warning,
                    "Packets got lost \(times(figures.packetLosses)), and pictures stand still until the next keyframe then; take "
                        + "--transport tcp, or look at the network."
                )
            )
        }
        let damaged = figures.decodeErrors + figures.damagedPictures
        if damaged > 0 {
            found.append(
                .init(
                    .decodeErrors,
                    .warning,
                    "The decoder met damaged data \(times(damaged)); such pictures are not shown. Without packet loss the fault is "
                        + "in the camera: look for newer firmware."
                )
            )
        }
        return found
    }

    private static func timestamps(_ timestamps: ProbeFigures.Timestamps) -> [ProbeFinding] {
        let consequence =
            "pictures are then shown by the time of their arrival; look for newer firmware of the camera."
        let kinds: [(ProbeFinding.Code, Int, String)] = [
            (.timestampsMissing, timestamps.missing, "Timestamps were missing"),
            (.timestampsRepeated, timestamps.repeated, "Pictures repeated a timestamp"),
            (.timestampsBackward, timestamps.backward, "Timestamps went back"),
            (.timestampsJump, timestamps.jumps, "Timestamps jumped ahead of time"),
        ]
        return kinds.filter { $0.1 > 0 }.map { code, count, what in
            .init(code, .warning, "\(what) \(times(count)); \(consequence)")
        }
    }

    private static func rate(_ video: ProbeReport.Video) -> [ProbeFinding] {
        let figures = video.figures
        guard let declared = video.declaredFramesPerSecond else {
            return figures.decodedPictures == 0
                ? []
                : [
                    .init(
                        .rateNotDeclared,
                        .note,
                        "The camera does not say how many pictures a second it makes; nothing depends on it here."
                    )
                ]
        }
        guard let measured = figures.framesPerSecond, figures.codedPictures >= leastPicturesForRate,
            abs(measured - declared) > declared * rateTolerance
        else { return [] }
        return [
            .init(
                .rateFarFromDeclared,
                .warning,
                "\(oneDecimal(measured)) pictures a second came where \(oneDecimal(declared)) are declared; if that is too few, "
                    + "look at the camera's exposure time, its load, and the network."
            )
        ]
    }

    private static func pictures(_ video: ProbeReport.Video, _ end: End) -> [ProbeFinding] {
        let figures = video.figures
        var found: [ProbeFinding] = []
        if figures.bidirectionalPictures > 0 || figures.reorderedPictures > 0 {
            found.append(
                .init(
                    .bidirectionalFrames,
                    .warning,
                    "The camera makes B-frames, which come after pictures that are shown later, so all are late; choose the "
                        + "baseline profile, or turn B-frames off."
                )
            )
        }
        if end != .interrupted, figures.decodedPictures >= leastPicturesForChange, figures.changedPictures == 0 {
            found.append(
                .init(
                    .unchangingPicture,
                    .warning,
                    "All pictures were the same to the last sample, which a sensor's noise does not allow; unless the scene is "
                        + "drawn, restart the camera."
                )
            )
        }
        if figures.interlacedPictures > 0 {
            found.append(
                .init(
                    .interlaced,
                    .warning,
                    "Pictures are interlaced, so what moves has combs; set the camera to progressive."
                )
            )
        }
        if let width = video.width, let height = video.height,
            width.multipliedReportingOverflow(by: height).partialValue > largePicture
        {
            found.append(
                .init(
                    .veryLargePicture,
                    .note,
                    "Pictures of \(width)x\(height) are much to encode and to send; publish with --width 1920, add a smaller "
                        + "--rendition such as small=\(rendition(width, height)), or take the camera's second stream."
                )
            )
        }
        if video.colorRange == "full" && video.codec != VideoCodec.mjpeg.name {
            found.append(
                .init(.fullRange, .note, "Colours have the full range, which is converted; that costs a little time.")
            )
        }
        if let matrix = video.colorMatrix, matrix != "bt601", matrix != "bt709" {
            found.append(
                .init(
                    .unusualColors,
                    .note,
                    "Colours are of \(matrix), which is converted; very bright and vivid ones may look different."
                )
            )
        }
        return found
    }

    private static func transport(_ fallback: String?) -> [ProbeFinding] {
        guard let fallback else { return [] }
        return [
            .init(.fellBack, .note, "UDP did not do (\(fallback)); publish with --transport tcp to save that time.")
        ]
    }

    /// Height in proportion, even, at 640 pixels of width.
    private static func rendition(_ width: Int, _ height: Int) -> String {
        "640x\(max(16, 640 * height / max(1, width) / 2 * 2))"
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private static func oneDecimal(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "very many" }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
