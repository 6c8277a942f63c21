import CLibAV

/// The log of FFmpeg's libraries, which is one for the whole process.
package enum LibAVLog {
    /// Discards everything that FFmpeg would print on standard error.
    ///
    /// FFmpeg prints whole URLs, passwords included, at error level. What matters comes back as a status code. Can be
    /// called again, from any thread; call it before the first URL is opened.
    package static func silence() {
        clibav_silence_log()
    }
}
