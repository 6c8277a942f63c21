/// What is decided for a frame before its macroblocks are coded.
struct VP8FrameSettings {
    /// Which ways of prediction are tried.
    enum Modes {
        case all
        /// Whole macroblocks only: their modes take a byte, where those of the blocks take up to fifteen.
        case wholeMacroblocks
        /// One mode, for pictures so large that even the modes would not fit into the first partition.
        case onlyDC
    }

    /// How coefficients are quantized.
    var quantizer: VP8Quantizer
    /// Which modes are tried.
    var modes: Modes
    /// Of the tokens.
    var probabilities: VP8TokenProbabilities
    /// How likely in 256 a macroblock is taken to be not skipped.
    var skipProbability: UInt8
    /// 1, 2, 4 or 8 token partitions.
    var partitionCount: Int
    /// Whether the statistics are of every row, and not of every fourth: for a frame whose probabilities are used on itself.
    var countsAllRows = false
    /// Strength of the loop filter, 0 to 63.
    var filterLevel: Int { quantizer.filterLevel }

    /// As many partitions as rows of macroblocks can fill: each costs its three bytes of length, and each is a lane of the
    /// boolean encoder.
    static func partitionCount(rows: Int) -> Int {
        switch rows {
        case 16...: 8
        case 8...: 4
        case 4...: 2
        default: 1
        }
    }
}

/// What a coded frame showed.
struct VP8FrameStatistics {
    /// Of the tokens.
    var tokens: VP8TokenStatistics
    /// Macroblocks without a coefficient.
    var skippedCount: Int
    /// Macroblocks that were predicted block by block.
    var subblockCount: Int
    /// Bytes of the token partitions and of what tells their lengths.
    var partitionBytes: Int
}
