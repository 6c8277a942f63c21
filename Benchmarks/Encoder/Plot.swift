import Foundation

/// The curves of one clip after another, similarity over bytes, as SVG.
struct Plot {
    let curves: [Curve]

    private static let panel = (width: 420.0, height: 300.0, margin: 52.0)
    private static let colors = ["#c2410c", "#2563eb", "#16a34a", "#7c3aed", "#0891b2"]

    var svg: String {
        let clips = curves.map(\.clip).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let contenders = curves.map(\.contender).reduce(into: [Contender]()) { if !$0.contains($1) { $0.append($1) } }
        let panel = Self.panel
        let rows = (clips.count + 1) / 2
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(panel.width * 2))" \
            height="\(Int(panel.height * Double(rows) + 30))" font-family="sans-serif" font-size="11">
            <rect width="100%" height="100%" fill="white"/>
            """
        ]
        for (index, contender) in contenders.enumerated() {
            let x = 20 + Double(index) * 165
            parts.append(
                "<line x1=\"\(x)\" y1=\"15\" x2=\"\(x + 22)\" y2=\"15\" stroke=\"\(color(index))\" stroke-width=\"2\"/>"
                    + "<text x=\"\(x + 28)\" y=\"19\">\(contender.name)</text>"
            )
        }
        for (index, clip) in clips.enumerated() {
            let origin = (x: Double(index % 2) * panel.width, y: 30 + Double(index / 2) * panel.height)
            parts.append(self.panel(clip, contenders, origin))
        }
        return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func color(_ index: Int) -> String { Self.colors[index % Self.colors.count] }

    private func panel(_ clip: String, _ contenders: [Contender], _ origin: (x: Double, y: Double)) -> String {
        let own = curves.filter { $0.clip == clip }
        let points = own.flatMap(\.points)
        let (low, high) = (log2(points.map(\.bytes).min()!), log2(points.map(\.bytes).max()!))
        let (worst, best) = (points.map(\.ssim).min()!.rounded(.down), points.map(\.ssim).max()!.rounded(.up))
        let panel = Self.panel
        let (width, height) = (panel.width - panel.margin - 16, panel.height - panel.margin - 26)
        func x(_ bytes: Double) -> Double { origin.x + panel.margin + (log2(bytes) - low) / (high - low) * width }
        func y(_ ssim: Double) -> Double { origin.y + 22 + (best - ssim) / (best - worst) * height }
        func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
            "<text x=\"\(round(x))\" y=\"\(round(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
        }
        func round(_ value: Double) -> String { String(format: "%.1f", value) }
        var parts = [text(origin.x + panel.width / 2, origin.y + 14, "middle", "\(clip): SSIM (dB) over kilobytes")]
        for ssim in stride(from: worst, through: best, by: 2) {
            parts.append(
                "<line x1=\"\(round(x(exp2(low))))\" y1=\"\(round(y(ssim)))\" x2=\"\(round(x(exp2(high))))\" "
                    + "y2=\"\(round(y(ssim)))\" stroke=\"#e5e7eb\"/>"
            )
            parts.append(text(origin.x + panel.margin - 6, y(ssim) + 4, "end", "\(Int(ssim))"))
        }
        for power in Int(low.rounded(.up))...Int(high.rounded(.down)) {
            let bytes = exp2(Double(power))
            parts.append(text(x(bytes), origin.y + 22 + height + 16, "middle", "\(Int(bytes) / 1024)"))
        }
        for curve in own {
            let index = contenders.firstIndex(of: curve.contender)!
            let line = curve.points.map { "\(round(x($0.bytes))),\(round(y($0.ssim)))" }.joined(separator: " ")
            parts.append(
                "<polyline points=\"\(line)\" fill=\"none\" stroke=\"\(color(index))\" stroke-width=\"2\"/>"
            )
        }
        return parts.joined(separator: "\n")
    }
}
