/// One plane of a picture, to read: `height` rows of `width` bytes, `stride` bytes apart.
///
/// Valid inside the closure that it was given to.
package struct Plane {
    /// The first byte of the first row.
    package let pointer: UnsafePointer<UInt8>
    /// Bytes from one row to the next; may be negative.
    package let stride: Int
    /// Samples in a row.
    package let width: Int
    /// Rows.
    package let height: Int

    /// A row, from the top.
    package subscript(row row: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(row >= 0 && row < height)
        return UnsafeBufferPointer(start: pointer + row * stride, count: width)
    }
}

/// One plane of a picture, to write: `height` rows of `width` bytes, `stride` bytes apart.
///
/// Valid inside the closure that it was given to.
package struct MutablePlane {
    /// The first byte of the first row.
    package let pointer: UnsafeMutablePointer<UInt8>
    /// Bytes from one row to the next; may be negative.
    package let stride: Int
    /// Samples in a row.
    package let width: Int
    /// Rows.
    package let height: Int

    /// A row, from the top.
    package subscript(row row: Int) -> UnsafeMutableBufferPointer<UInt8> {
        precondition(row >= 0 && row < height)
        return UnsafeMutableBufferPointer(start: pointer + row * stride, count: width)
    }
}
