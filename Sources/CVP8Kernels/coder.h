#ifndef VP8_CODER_H
#define VP8_CODER_H

#include <stdatomic.h>

#include "kernels.h"

typedef struct {
    uint8_t luma_mode, is_skipped;
    /// In raster order; those that a whole mode stands for as well (section 11.3).
    uint8_t subblock_modes[16];
} macroblock;

enum {
    /// Rows of macroblocks that are coded into symbols before the boolean encoders take them, one for each lane.
    GROUP_ROWS = VP8_MAX_PARTITIONS,
    /// Groups that may be in flight.
    GROUP_BUFFERS = 2,
    /// The longest token: six choices after the end, eleven bits and a sign. A block has 16 at most, or 15 and an end.
    SYMBOLS_PER_BLOCK = 16 * 19 + 1,
    /// The header of a macroblock: skipped or not, the mode, seven choices for each block, three for chroma; and what a copy of
    /// eight writes too much.
    MODE_SYMBOLS = 1 + 3 + 16 * 7 + 3 + 9,
};

/// The symbols of a block's mode next to the modes above and to the left (section 11.5).
typedef struct {
    uint16_t symbols[10][10][10][8];
    uint8_t length[10][10][10];
} mode_table;

/// The symbols of one row of macroblocks.
typedef struct {
    uint16_t *symbols;
    size_t count;
} symbol_row;

/// How many macroblocks of a row are done. Each has a cache line of its own: the thread of the row below looks at it all the time.
typedef struct {
    _Alignas(64) _Atomic int32_t done;
} row_progress;

struct vp8_coder {
    int32_t width, height, columns, rows;
    const vp8_kernels *kernels;
    vp8_picture picture;
    vp8_settings settings;
    frame_quantizer quantizer;
    token_table table;
    mode_table modes;

    macroblock *macroblocks;
    vp8_bool_encoder *first_partition;
    /// The symbols of the macroblocks' headers, row by row, and how many there are in each.
    uint16_t *mode_symbols;
    size_t *mode_counts;
    /// The last row of samples that was reconstructed, 16 for each macroblock, with room before and behind: luma; U and V.
    uint8_t *above_luma, *above_chroma;
    block_contexts *above_contexts;

    row_progress *progress;
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
    uint32_t skipped_count, subblock_macroblocks;
    _Atomic bool failed;
};

void vp8_mode_table_build(mode_table *table);
/// Appends the header of a macroblock. `above` is the macroblock above, `left` the one to the left, or NULL.
uint16_t *vp8_write_mode(
    const mode_table *table, uint8_t skip_probability, const macroblock *own, const macroblock *above, const macroblock *left,
    int chroma_mode, uint16_t *symbols
);
/// Writes the headers of some rows' macroblocks.
void vp8_write_modes(vp8_coder *coder, int32_t first, int32_t count);
/// Codes a row of macroblocks, as fast as the row above allows.
void vp8_code_row(vp8_coder *coder, int32_t row);

#endif
