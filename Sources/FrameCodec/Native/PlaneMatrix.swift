/// Applies a ``ColorMatrix`` to the three planes of a 4:2:0 picture, in fixed point.
///
/// The four luma samples that share a chroma sample get the same correction from it. Each loop is over one row, without
/// branches, on 16-bit numbers, so that the compiler makes vector instructions of it.
struct PlaneMatrix {
    /// A coefficient in 1/16384. Times a number that was shifted up by 8, the upper half of the 32-bit product is in
    /// 1/64, which a 16-bit number holds together with everything that is added to it.
    private struct Coefficients {
        let luma: UInt16
        let lumaFromU, lumaFromV, lumaOffset: Int16
        let uFromU, uFromV, vFromU, vFromV: Int16
    }

    private let matrix: ColorMatrix
    private let coefficients: Coefficients
    /// The corrections of one row of luma, in 1/64, with what rounds the sum.
    private var corrections: [Int16] = []

    init(_ matrix: ColorMatrix) {
        self.matrix = matrix
        func fixed(_ value: Double) -> Int16 { Int16((value * 16384).rounded()) }
        coefficients = Coefficients(
            luma: UInt16((matrix.luma * 16384).rounded()),
            lumaFromU: fixed(matrix.lumaFromU),
            lumaFromV: fixed(matrix.lumaFromV),
            // One half to round to nearest, and 1/64 for what the three products lose by rounding down.
            lumaOffset: Int16((matrix.lumaOffset * 64).rounded()) + 33,
            uFromU: fixed(matrix.uFromU),
            uFromV: fixed(matrix.uFromV),
            vFromU: fixed(matrix.vFromU),
            vFromV: fixed(matrix.vFromV)
        )
    }

    /// Fills `to` from `from`, two sets of planes of the same size in different memory.
    mutating func apply(
        from: (y: Plane, u: Plane, v: Plane),
        to: (y: MutablePlane, u: MutablePlane, v: MutablePlane)
    ) {
        let chromaWidth = from.u.width
        if corrections.count != chromaWidth * 2 { corrections = Array(repeating: 0, count: chromaWidth * 2) }
        let coefficients = coefficients
        corrections.withUnsafeMutableBufferPointer { corrections in
            let corrections = corrections.baseAddress!
            for row in 0..<from.u.height {
                let u = from.u.pointer + row * from.u.stride
                let v = from.v.pointer + row * from.v.stride
                Self.chromaRow(
                    chromaWidth,
                    coefficients,
                    u,
                    v,
                    to.u.pointer + row * to.u.stride,
                    to.v.pointer + row * to.v.stride,
                    corrections
                )
                for lumaRow in (row * 2)..<min(row * 2 + 2, from.y.height) {
                    Self.lumaRow(
                        from.y.width,
                        coefficients,
                        from.y.pointer + lumaRow * from.y.stride,
                        corrections,
                        to.y.pointer + lumaRow * to.y.stride
                    )
                }
            }
        }
    }

    private static func chromaRow(
        _ count: Int,
        _ coefficients: Coefficients,
        _ u: UnsafePointer<UInt8>,
        _ v: UnsafePointer<UInt8>,
        _ uOut: UnsafeMutablePointer<UInt8>,
        _ vOut: UnsafeMutablePointer<UInt8>,
        _ corrections: UnsafeMutablePointer<Int16>
    ) {
        for index in 0..<count {
            let du = (Int16(truncatingIfNeeded: u[index]) &- 128) &<< 8
            let dv = (Int16(truncatingIfNeeded: v[index]) &- 128) &<< 8
            // Neutral chroma 128 as 8192, one half, and 1/64 for rounding down.
            let uSum = high(du, coefficients.uFromU) &+ high(dv, coefficients.uFromV) &+ 8225
            let vSum = high(du, coefficients.vFromU) &+ high(dv, coefficients.vFromV) &+ 8225
            uOut[index] = byte(uSum)
            vOut[index] = byte(vSum)
        }
        for index in 0..<count {
            let du = (Int16(truncatingIfNeeded: u[index]) &- 128) &<< 8
            let dv = (Int16(truncatingIfNeeded: v[index]) &- 128) &<< 8
            let correction =
                high(du, coefficients.lumaFromU) &+ high(dv, coefficients.lumaFromV) &+ coefficients.lumaOffset
            corrections[2 &* index] = correction
            corrections[2 &* index &+ 1] = correction
        }
    }

    private static func lumaRow(
        _ count: Int,
        _ coefficients: Coefficients,
        _ y: UnsafePointer<UInt8>,
        _ corrections: UnsafePointer<Int16>,
        _ yOut: UnsafeMutablePointer<UInt8>
    ) {
        let factor = coefficients.luma
        for index in 0..<count {
            let scaled = (UInt16(truncatingIfNeeded: y[index]) &<< 8).multipliedFullWidth(by: factor).high
            yOut[index] = byte(Int16(truncatingIfNeeded: scaled) &+ corrections[index])
        }
    }

    /// The upper half of a product.
    @inline(__always)
    private static func high(_ left: Int16, _ right: Int16) -> Int16 {
        left.multipliedFullWidth(by: right).high
    }

    /// The nearest byte to a number in 1/64.
    @inline(__always)
    private static func byte(_ value: Int16) -> UInt8 {
        UInt8(truncatingIfNeeded: max(0, min(255, value &>> 6)))
    }
}
