#ifndef VP8_CODER_H
#define VP8_CODER_H

#include <stdatomic.h>

#include "kernels.h"

typedef struct {
    uint8_t luma_mode, chroma_mode, segment, is_skipped;
    /// In raster order; those that a whole mode stands for as well (section 11.3).
    uint8_t subblock_modes[16];
} macroblock;

/// Whether the block of the same kind above, or to the left, has levels: four of luma, two of U and V, one of Y2.
typedef struct {
    uint8_t luma[4], u[2], v[2], y2;
} block_contexts;

enum {
    /// Rows of macroblocks that are coded into symbols before the boolean encoders take them, one for each lane.
    GROUP_ROWS = VP8_MAX_PARTITIONS,
    /// Groups that may be in flight.
    GROUP_BUFFERS = 2,
    /// The longest token: six choices after the end, eleven bits and a sign. A block has 16 at most, or 15 and an end.
    SYMBOLS_PER_BLOCK = 16 * 19 + 1,
};

/// The symbols of one row of macroblocks.
typedef struct {
    uint16_t *symbols;
    size_t count;
} symbol_row;

struct vp8_coder {
    int32_t width, height, columns, rows;
    const vp8_kernels *kernels;
    vp8_picture picture;
    vp8_settings settings;
    segment_quantizer segments[VP8_MAX_SEGMENTS];
    token_table table;

    macroblock *macroblocks;
    /// The last row of samples that was reconstructed, 16 for each macroblock, with room before and behind: luma; U and V.
    uint8_t *above_luma, *above_chroma;
    block_contexts *above_contexts;

    /// How many macroblocks of each row are done.
    _Atomic int32_t *progress;
    _Atomic int32_t next_row;
    /// Rows that are done, in each group, and groups whose symbols are encoded.
    _Atomic int32_t *group_rows_done;
    _Atomic int32_t groups_encoded;
    symbol_row symbol_rows[GROUP_BUFFERS][GROUP_ROWS];

    bool_lanes lanes;
    struct {
        uint8_t *bytes;
        size_t capacity, count;
    } partitions[VP8_MAX_PARTITIONS];

    /// Of the threads that count; each row adds its own.
    _Atomic int32_t counts_lock;
    token_counts counts;
    uint32_t skipped_count, subblock_macroblocks, segment_macroblocks[VP8_MAX_SEGMENTS];
    _Atomic bool failed;
};

/// Codes a row of macroblocks, as fast as the row above allows.
void vp8_code_row(vp8_coder *coder, int32_t row);

#endif
