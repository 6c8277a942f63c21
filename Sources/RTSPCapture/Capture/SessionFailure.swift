/// Why a session could not begin, as an error that can be thrown.
struct SessionFailure: Error {
    var end: SessionEnd

    init(_ end: SessionEnd) { self.end = end }

    init(_ error: CaptureError) { end = .failed(error) }
}
