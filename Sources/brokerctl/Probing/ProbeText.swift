import Foundation
import RTSPCapture

/// A probe's report, for people and for programs.
enum ProbeText {
    /// An object with keys in snake case.
    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Every number in it is finite.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// What there is to tell of a probe that could not begin.
    struct NotBegun: Encodable {
        var error: ProbeReport.Failure
        var usable = false
    }

    static func failed(_ error: any Error) -> NotBegun {
        if let error = error as? CaptureError { return NotBegun(error: .init(error)) }
        return NotBegun(error: .init(code: "invalid_setting", message: "\(error)"))
    }

    /// A report as lines.
    static func lines(_ report: ProbeReport) -> [String] {
        var lines = [report.source + (report.transport.map { " over \($0)" } ?? "")]
        lines += row("answer", report.timing.answerSeconds.map { "after \(seconds($0))" })
        lines += report.streams.map {
            "  stream          \($0.kind) \($0.codec)\($0.clockRate.map { ", \($0) Hz" } ?? "")"
        }
        if let video = report.video { lines += self.lines(video, report) }
        if let hasSenderReport = report.hasSenderReport {
            lines += row("RTCP", hasSenderReport ? "sender report" : "no sender report")
        }
        if report.isInterrupted { lines.append("  interrupted; what is missing here may only have been about to come") }
        lines += report.findings.map { "\($0.severity.rawValue): \($0.message) [\($0.code.rawValue)]" }
        if report.findings.isEmpty && report.isUsable { lines.append("nothing is wrong with it") }
        return lines
    }

    private static func lines(_ video: ProbeReport.Video, _ report: ProbeReport) -> [String] {
        let figures = video.figures
        let profile = [video.profile, video.level.map { "level \($0)" }].compactMap(\.self)
        var lines = row("codec", ([video.codec] + profile).joined(separator: ", "))
        if let width = video.width, let height = video.height {
            let guess = video.colorMatrixIsDeclared == true ? "" : " (not declared)"
            lines += row(
                "picture",
                "\(width)x\(height), \(video.pixelFormat ?? "unknown"), \(video.colorRange ?? "unknown") range, "
                    + "\(video.colorMatrix ?? "unknown")\(guess)"
            )
        }
        let firsts = [
            report.timing.firstPacketSeconds.map { "data after \(seconds($0))" },
            report.timing.firstKeyframeSeconds.map { "keyframe \(seconds($0))" },
            report.timing.firstPictureSeconds.map { "picture \(seconds($0))" },
        ]
        lines += row("first", firsts.compactMap(\.self).joined(separator: ", "))
        if let rate = figures.framesPerSecond {
            let declared = video.declaredFramesPerSecond.map { String(format: "%.2f declared", $0) } ?? "none declared"
            lines += row("rate", String(format: "%.2f pictures a second (%@)", rate, declared))
        }
        lines += row("bit rate", figures.bitsPerSecond.map { String(format: "%.0f kbit/s", $0 / 1_000) })
        if let pictures = figures.keyframeDistancePictures {
            let time = figures.keyframeDistanceSeconds.map { " or \(seconds($0))" } ?? ""
            lines += row("keyframes", "\(figures.keyframes), at most \(pictures) pictures\(time) apart")
        } else {
            lines += row("keyframes", "\(figures.keyframes)")
        }
        lines += row(
            "pictures",
            "\(figures.codedPictures) came, \(figures.decodedPictures) decoded, \(figures.changedPictures) changed, "
                + "\(figures.bidirectionalPictures) B-frames, \(figures.decodeErrors + figures.damagedPictures) damaged, "
                + "\(figures.packetLosses) packet losses"
        )
        let stamps = figures.timestamps
        lines += row(
            "timestamps",
            stamps.areSound
                ? "sound"
                : "\(stamps.missing) missing, \(stamps.repeated) repeated, \(stamps.backward) back, \(stamps.jumps) jumps"
        )
        return lines
    }

    private static func row(_ name: String, _ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return ["  " + name.padding(toLength: 16, withPad: " ", startingAt: 0) + text]
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.2f s", value) }
}
