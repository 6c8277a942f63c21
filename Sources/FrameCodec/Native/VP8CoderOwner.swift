import CVP8Kernels

/// Owner of a `vp8_coder`: the memory and the inner loops for pictures of one size.
struct VP8CoderOwner: ~Copyable {
    private let coder: OpaquePointer

    init(size: PictureSize, kernels: VP8Kernels) throws(FrameCodecError) {
        guard let coder = vp8_coder_create(Int32(size.width), Int32(size.height), kernels.level) else {
            throw .outOfMemory(for: "an encoder of \(size)")
        }
        self.coder = coder
    }

    deinit {
        vp8_coder_destroy(coder)
    }

    /// Codes a picture, with the help of a second thread if there is one.
    ///
    /// - Parameters:
    ///   - header: has the frame's header; those of the macroblocks are written behind it.
    ///   - reconstruction: planes of whole macroblocks to write what a decoder will have before its loop filter.
    mutating func code(
        _ picture: (y: Plane, u: Plane, v: Plane),
        settings: VP8FrameSettings,
        header: inout BooleanEncoderOwner,
        helper: borrowing VP8HelperOwner?,
        reconstruction: VP8ReconstructionPlanes? = nil
    ) throws(FrameCodecError) -> VP8FrameStatistics {
        var source = vp8_picture(
            y: picture.y.pointer,
            u: picture.u.pointer,
            v: picture.v.pointer,
            y_stride: picture.y.stride,
            u_stride: picture.u.stride,
            v_stride: picture.v.stride
        )
        var native = vp8_settings(settings)
        if let reconstruction { native.reconstruction = reconstruction.native }
        settings.probabilities.values.withUnsafeBufferPointer {
            vp8_coder_begin(coder, &source, &native, $0.baseAddress!, header.pointer)
        }
        if helper == nil {
            vp8_coder_work(coder)
        } else {
            helper!.start(coder)
            vp8_coder_work(coder)
            helper!.wait()
        }
        var statistics = vp8_statistics()
        var total = [UInt32](repeating: 0, count: VP8TokenProbabilities.count)
        var ones = total
        let isComplete = total.withUnsafeMutableBufferPointer { total in
            ones.withUnsafeMutableBufferPointer { ones in
                statistics.node_total = total.baseAddress
                statistics.node_ones = ones.baseAddress
                return vp8_coder_end(coder, &statistics)
            }
        }
        guard isComplete else { throw .outOfMemory(for: "an image of \(picture.y.width)x\(picture.y.height)") }
        return VP8FrameStatistics(
            tokens: VP8TokenStatistics(total: total, ones: ones, weight: settings.countsAllRows ? 1 : 4),
            skippedCount: Int(statistics.skipped_count),
            subblockCount: Int(statistics.subblock_macroblocks),
            partitionBytes: vp8_coder_partitions_size(coder)
        )
    }

    /// Copies the token partitions that were coded last; false when one is longer than its field can say.
    func copyPartitions(to bytes: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        precondition(bytes.count >= vp8_coder_partitions_size(coder))
        return vp8_coder_copy_partitions(coder, bytes.baseAddress)
    }

    /// Filters planes that ``code(_:settings:header:helper:reconstruction:)`` wrote as a decoder does.
    func applyLoopFilter(to planes: VP8ReconstructionPlanes, level: Int) {
        var native = planes.native
        vp8_coder_loop_filter(coder, &native, Int32(level), 0)
    }
}

/// Reached through one owner only; the thread that helps does so only during a call.
extension VP8CoderOwner: @unchecked Sendable {}

/// Planes of whole macroblocks to write to. Valid as long as the memory that they were made from.
struct VP8ReconstructionPlanes {
    fileprivate let native: vp8_reconstruction

    init(y: UnsafeMutablePointer<UInt8>, u: UnsafeMutablePointer<UInt8>, v: UnsafeMutablePointer<UInt8>, columns: Int) {
        native = vp8_reconstruction(y: y, u: u, v: v, y_stride: columns * 16, uv_stride: columns * 8)
    }
}

extension VP8Kernels {
    fileprivate var level: vp8_kernel_level {
        switch self {
        case .portable: VP8_KERNELS_PORTABLE
        case .avx2: VP8_KERNELS_AVX2
        case .avx512: VP8_KERNELS_AVX512
        }
    }

    /// The best of this processor.
    static let best: VP8Kernels =
        switch vp8_best_kernel_level() {
        case VP8_KERNELS_AVX512: .avx512
        case VP8_KERNELS_AVX2: .avx2
        default: .portable
        }
}

extension vp8_settings {
    fileprivate init(_ settings: VP8FrameSettings) {
        self.init()
        partition_count = Int32(settings.partitionCount)
        quantizer = Int32(settings.quantizer.index)
        chroma_delta = Int32(settings.quantizer.chromaDelta)
        skip_probability = settings.skipProbability
        luma = vp8_rounding(settings.quantizer.luma)
        chroma = vp8_rounding(settings.quantizer.chroma)
        y2 = vp8_rounding(settings.quantizer.y2)
        allows_subblock_modes = settings.modes == .all
        only_dc_modes = settings.modes == .onlyDC
        mode_lambda = Int32(settings.quantizer.modeLambda)
        counts_all_rows = settings.countsAllRows
    }
}

extension vp8_rounding {
    fileprivate init(_ rounding: VP8Quantizer.Rounding) {
        self.init(first: rounding.first, second: rounding.second, last: rounding.last)
    }
}
