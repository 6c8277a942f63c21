extension Picture {
    /// Compares with another picture, as somebody would who sees them one after the other.
    ///
    /// They are ``PictureSimilarity/different`` when in some block of 16 by 16 samples, of luma or of colour, the mean
    /// difference is above `threshold`: so a small thing that moves shows, and noise, which is everywhere, does not.
    /// Ends at the first row of blocks with a difference.
    ///
    /// - Parameter threshold: steps of 255, 0 or more. With 0, pictures are identical or different.
    /// - Note: Of pictures with more than 8 bits a sample it is only told whether they are identical.
    package func similarity(to other: borrowing Picture, threshold: Int) -> PictureSimilarity {
        guard isComparable(to: other) else { return .different }
        guard hasByteSamples else { return hasSameSamples(as: other) ? .identical : .different }
        var isIdentical = true
        for (plane, other) in zip(bytePlanes, other.bytePlanes) {
            let largest = Plane.largestDifference(plane, other, above: threshold * Plane.blockArea)
            if largest > threshold * Plane.blockArea { return .different }
            isIdentical = isIdentical && largest == 0
        }
        return isIdentical ? .identical : .similar
    }
}

extension Plane {
    private static let blockSide = 16
    fileprivate static let blockArea = blockSide * blockSide

    /// The largest sum of differences in a block of two planes of the same size, or one that is above `limit`.
    ///
    /// Blocks at the right and lower edge begin earlier rather than reach beyond; planes too small for a block are one
    /// block, whose sum is scaled to the area of a whole one.
    fileprivate static func largestDifference(_ one: Plane, _ other: Plane, above limit: Int) -> Int {
        let side = blockSide
        guard one.width >= side, one.height >= side else { return smallDifference(one, other) }
        let columns = (one.width + side - 1) / side
        var largest = 0
        // Sums of the rows of blocks at hand, two neighbours to each lane: 16 rows × 2 × 255 are within 16 bits.
        return withUnsafeTemporaryAllocation(of: SIMD8<UInt16>.self, capacity: columns) { sums in
            for top in Swift.stride(from: 0, to: one.height, by: side) {
                sums.initialize(repeating: .zero)
                let first = min(top, one.height - side)
                for row in first..<first + side {
                    let left = UnsafeRawPointer(one.pointer + row * one.stride)
                    let right = UnsafeRawPointer(other.pointer + row * other.stride)
                    for column in 0..<columns - 1 {
                        sums[column] &+= differences(left + column * side, right + column * side)
                    }
                    let last = one.width - side
                    sums[columns - 1] &+= differences(left + last, right + last)
                }
                for sum in sums { largest = max(largest, Int(sum.wrappedSum())) }
                if largest > limit { break }
            }
            return largest
        }
    }

    /// The differences of 16 samples, each lane the sum of two.
    @inline(__always)
    private static func differences(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer) -> SIMD8<UInt16> {
        let one = left.loadUnaligned(as: SIMD16<UInt8>.self)
        let other = right.loadUnaligned(as: SIMD16<UInt8>.self)
        let isLess = one .< other
        let difference = one.replacing(with: other, where: isLess) &- other.replacing(with: one, where: isLess)
        let pairs = unsafeBitCast(difference, to: SIMD8<UInt16>.self)
        return (pairs & 0xFF) &+ (pairs &>> 8)
    }

    private static func smallDifference(_ one: Plane, _ other: Plane) -> Int {
        var sum = 0
        for row in 0..<one.height {
            for (sample, other) in zip(one[row: row], other[row: row]) { sum += abs(Int(sample) - Int(other)) }
        }
        // Rounded up, so that only the same is the same.
        return (sum * blockArea + one.width * one.height - 1) / (one.width * one.height)
    }
}
