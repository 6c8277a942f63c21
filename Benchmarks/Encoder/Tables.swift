import Foundation

/// The results as Markdown.
struct Tables {
    let curves: [Curve]

    /// Every point.
    var points: String {
        var lines = [
            "| clip | encoder | quality | bytes | SSIM dB | PSNR Y dB | PSNR UV dB | CPU ms |",
            "|---|---|--:|--:|--:|--:|--:|--:|",
        ]
        for curve in curves {
            for point in curve.points {
                lines.append(
                    "| \(curve.clip) | \(curve.contender.name) | \(Int(point.quality)) | \(Int(point.bytes.rounded())) | "
                        + [point.ssim, point.lumaPSNR, point.chromaPSNR, point.cpu].map { Self.number($0) }
                        .joined(separator: " | ") + " |"
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Bytes and CPU time of the others as parts of the reference's, where their curves have its similarity.
    func ratios(to reference: Contender) -> String {
        var lines = [
            "| clip | encoder | quality of \(reference.name) | bytes, of its | CPU, of its |",
            "|---|---|--:|--:|--:|",
        ]
        for curve in curves where curve.contender != reference {
            guard let other = curves.first(where: { $0.clip == curve.clip && $0.contender == reference }) else {
                continue
            }
            for point in other.points {
                guard let bytes = curve.bytes(atSimilarity: point.ssim),
                    let cpu = curve.value(of: \.cpu, atSimilarity: point.ssim)
                else { continue }
                lines.append(
                    "| \(curve.clip) | \(curve.contender.name) | \(Int(point.quality)) | "
                        + "\(Self.number(bytes / point.bytes)) | \(Self.number(cpu / point.cpu)) |"
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String { String(format: "%.2f", value) }
}
