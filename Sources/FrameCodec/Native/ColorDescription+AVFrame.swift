import CLibAV

extension ColorDescription {
    /// What the frame says, and where it says nothing, the common rule: BT.709 from 720 lines up, else BT.601; limited
    /// range unless the pixel format is one of JPEG's.
    init(of frame: borrowing VideoFrame) {
        let value = frame.pointer.pointee
        let matrix: Matrix =
            switch value.colorspace {
            case AVCOL_SPC_BT709: .bt709
            case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: .bt601
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
            case AVCOL_SPC_SMPTE240M: .smpte240
            case AVCOL_SPC_FCC: .fcc
            default: value.height >= 720 ? .bt709 : .bt601
            }
        let range: Range =
            switch value.color_range {
            case AVCOL_RANGE_JPEG: .full
            case AVCOL_RANGE_MPEG: .limited
            default: PixelFormat(frame.pixelFormat).impliesFullRange ? .full : .limited
            }
        self.init(matrix: matrix, range: range)
    }

    /// Writes this description into a frame.
    func apply(to frame: borrowing VideoFrame) {
        frame.pointer.pointee.colorspace =
            switch matrix {
            case .bt601: AVCOL_SPC_SMPTE170M
            case .bt709: AVCOL_SPC_BT709
            case .bt2020: AVCOL_SPC_BT2020_NCL
            case .smpte240: AVCOL_SPC_SMPTE240M
            case .fcc: AVCOL_SPC_FCC
            }
        frame.pointer.pointee.color_range = range == .full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    }
}
