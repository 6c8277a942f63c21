import CLibAV

/// The text of a libav status code.
func libavErrorText(_ code: Int32) -> String {
    // av_strerror fails only for a code it does not know, and then writes a generic text all the same.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { text in
        text.initialize(repeating: 0)
        _ = av_strerror(code, text.baseAddress, text.count)
        return String(cString: text.baseAddress!)
    }
}
