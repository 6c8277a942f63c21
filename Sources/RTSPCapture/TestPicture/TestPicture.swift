package import FrameCodec

/// A moving picture that is made, not taken: for demonstrations, tests, and measurements of delay.
///
/// From the top: the ``PictureClock`` in the left corner, grey behind it; the time of day in UTC (`HH:MM:SS.mmm`) and
/// the number of the frame in digits; colour bars that move to the left by two pixels a frame, with a white ball that
/// bounces over them; and a moving grey ramp. Colours are BT.601, limited range: what a WebP image holds.
///
/// Painting a 1280x720 picture takes well below a millisecond: the bars are painted once and copied with an offset.
package struct TestPicture: Sendable {
    /// No picture may be smaller: the clock and the digits need the room.
    static let minimumSize = PictureSize(width: 320, height: 180)!

    /// Width and height.
    package let size: PictureSize
    /// Pictures a second, which the ball's speed goes by.
    package let frameRate: Int
    private let bars: MovingBars

    /// - Precondition: `size` is at least 320x180 and `frameRate` above 0.
    package init(size: PictureSize, frameRate: Int) {
        precondition(size.width >= TestPicture.minimumSize.width && size.height >= TestPicture.minimumSize.height)
        precondition(frameRate > 0)
        self.size = size
        self.frameRate = frameRate
        bars = MovingBars(width: size.width)
    }

    /// Paints a frame.
    ///
    /// - Parameters:
    ///   - index: the number of the frame, from 0 on.
    ///   - unixMicroseconds: the time that its clocks show.
    ///   - picture: a picture of this size, 8-bit planar YUV 4:2:0. All of it is painted.
    package func paint(frame index: Int, time unixMicroseconds: Int64, into picture: inout Picture) {
        precondition(picture.size == size)
        let milliseconds = unixMicroseconds / 1000
        // Throws only for want of memory, where Swift itself would end the process.
        try! picture.withMutablePlanes { y, u, v in
            let panel = PictureClock.rows * PictureClock.blockSize + digitRows
            fill(y, 0..<panel, 40)
            fill(u, 0..<panel / 2, 128)
            fill(v, 0..<panel / 2, 128)
            PictureClock.paint(milliseconds: milliseconds, on: y)
            paintDigits(clockText(milliseconds), on: y, left: dot * 2)
            let number = "#\(index)"
            paintDigits(number, on: y, left: size.width - DigitFont.width(of: number.count, dot: dot) - dot)
            let ramp = (panel + (size.height - panel) * 4 / 5) & ~1
            bars.paint(rows: panel..<ramp, offset: index * 2, on: y, u, v)
            paintRamp(ramp..<size.height, offset: index * 4, on: y, u, v)
            paintBall(frame: index, rows: panel..<ramp, on: y, u, v)
        }
    }

    /// Pixels a dot of the digits is wide and high.
    private var dot: Int { max(2, size.width / 240) }

    /// Rows that the digits take, with a margin; even, so that chroma rows fit.
    private var digitRows: Int { (DigitFont.height + 4) * dot & ~1 }

    private func clockText(_ milliseconds: Int64) -> String {
        func padded(_ value: Int64, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let ofDay = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
        let (hour, minute) = (ofDay / 3_600_000, ofDay / 60_000 % 60)
        return "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(ofDay / 1000 % 60, 2)).\(padded(ofDay % 1000, 3))"
    }

    private func fill(_ plane: MutablePlane, _ rows: Range<Int>, _ value: UInt8) {
        for row in rows { plane[row: row].update(repeating: value) }
    }

    private func paintDigits(_ text: String, on y: MutablePlane, left: Int) {
        let top = PictureClock.rows * PictureClock.blockSize + 2 * dot
        for (place, character) in text.enumerated() {
            guard let rows = DigitFont.rows(of: character) else { continue }
            let x = left + DigitFont.width(of: place, dot: dot)
            for (row, dots) in rows.enumerated() {
                for line in top + row * dot..<top + (row + 1) * dot {
                    let pixels = y[row: line]
                    for column in 0..<DigitFont.width where dots & (0b10000 >> UInt8(column)) != 0 {
                        let start = x + column * dot
                        guard start >= 0, start + dot <= size.width else { continue }
                        pixels[start..<start + dot].update(repeating: 235)
                    }
                }
            }
        }
    }

    private func paintRamp(_ rows: Range<Int>, offset: Int, on y: MutablePlane, _ u: MutablePlane, _ v: MutablePlane) {
        guard let first = rows.first else { return }
        let line = y[row: first]
        // 256 steps there and back, between luma 16 and 235.
        for x in 0..<size.width {
            let phase = (x + offset) & 511
            line[x] = UInt8(16 + (phase < 256 ? phase : 511 - phase) * 219 / 255)
        }
        for row in rows.dropFirst() { _ = y[row: row].update(fromContentsOf: line) }
        fill(u, first / 2..<u.height, 128)
        fill(v, first / 2..<v.height, 128)
    }

    private func paintBall(
        frame index: Int,
        rows: Range<Int>,
        on y: MutablePlane,
        _ u: MutablePlane,
        _ v: MutablePlane
    ) {
        let radius = rows.count / 8
        // It crosses the picture in four seconds, and its height in two and a half, whatever the frame rate is.
        let x = radius + bounce(index, over: size.width - 2 * radius, seconds: 4)
        let height = rows.lowerBound + radius + bounce(index, over: rows.count - 2 * radius, seconds: 2.5)
        for line in height - radius..<height + radius where rows.contains(line) {
            let distance = Double(line - height) + 0.5
            let half = Int((Double(radius * radius) - distance * distance).squareRoot())
            let span = max(0, x - half)..<min(size.width, x + half)
            y[row: line][span].update(repeating: 235)
            let chroma = span.lowerBound / 2..<max(span.lowerBound, span.upperBound) / 2
            u[row: line / 2][chroma].update(repeating: 128)
            v[row: line / 2][chroma].update(repeating: 128)
        }
    }

    private func bounce(_ index: Int, over length: Int, seconds: Double) -> Int {
        let period = max(1, Int(Double(frameRate) * seconds))
        let phase = index % (2 * period)
        return length * (phase < period ? phase : 2 * period - phase) / period
    }
}

/// Eight colour bars at 75 %, each row twice as wide as the picture so that it can be copied from any offset.
private struct MovingBars: Sendable {
    /// White, yellow, cyan, green, magenta, red, blue, black in BT.601, limited range.
    private static let colours: [(y: UInt8, u: UInt8, v: UInt8)] = [
        (180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58),
        (84, 184, 198), (65, 100, 212), (35, 212, 114), (16, 128, 128),
    ]

    private let width: Int
    private let y: [UInt8]
    private let u: [UInt8]
    private let v: [UInt8]

    init(width: Int) {
        // Even, so that the offset in the chroma planes is half of that in luma; and the same picture at offset 0 and
        // `width`.
        self.width = (width + 1) & ~1
        let period = self.width
        func row(_ count: Int, _ component: ((y: UInt8, u: UInt8, v: UInt8)) -> UInt8) -> [UInt8] {
            (0..<2 * count).map { component(MovingBars.colours[$0 % count * 8 / count]) }
        }
        y = row(period, \.y)
        u = row(period / 2, \.u)
        v = row(period / 2, \.v)
    }

    func paint(rows: Range<Int>, offset: Int, on yPlane: MutablePlane, _ uPlane: MutablePlane, _ vPlane: MutablePlane) {
        let start = offset % width & ~1
        func copy(_ source: [UInt8], _ start: Int, _ plane: MutablePlane, _ rows: Range<Int>) {
            for row in rows {
                _ = plane[row: row].update(fromContentsOf: source[start..<start + plane.width])
            }
        }
        copy(y, start, yPlane, rows)
        copy(u, start / 2, uPlane, rows.lowerBound / 2..<rows.upperBound / 2)
        copy(v, start / 2, vPlane, rows.lowerBound / 2..<rows.upperBound / 2)
    }
}
