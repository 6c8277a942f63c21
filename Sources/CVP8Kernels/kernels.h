#ifndef VP8_KERNELS_H
#define VP8_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "CVP8Kernels.h"

enum {
    /// Block types (section 13.3).
    TYPE_Y_AFTER_Y2 = 0,
    TYPE_Y2 = 1,
    TYPE_CHROMA = 2,
    TYPE_Y_WITH_DC = 3,

    /// Rows of `levels`: luma in raster order, U, V, Y2.
    BLOCK_U = 16,
    BLOCK_V = 20,
    BLOCK_Y2 = 24,
    BLOCK_COUNT = 25,

    MODE_DC = 0,
    MODE_V = 1,
    MODE_H = 2,
    MODE_TM = 3,
    MODE_B = 4,

    B_DC = 0,
    B_TM = 1,
    B_VE = 2,
    B_HE = 3,
    B_LD = 4,
    B_RD = 5,
    B_VR = 6,
    B_VL = 7,
    B_HD = 8,
    B_HU = 9,
    SUBBLOCK_MODES = 10,

    /// Levels up to this have their symbols in the table.
    TABLE_LEVEL = 6,
    /// The table's column for "no more coefficients". Levels are in the columns of their lowest four bits.
    COLUMN_END = 7,
    /// The column that stands for every level beyond the table.
    COLUMN_LARGE = 8,
    /// A row for each type, band and context.
    TABLE_ROWS = 4 * 8 * 3,
    TABLE_COLUMNS = 16,
};

/// Quantizing one type of block, by position in raster order.
typedef struct {
    /// 65536 / the step, both in the transform's scale.
    uint16_t reciprocal[16];
    uint16_t rounding[16];
    uint16_t step[16];
} block_quantizer;

/// Everything that follows from a frame's quantizer index.
typedef struct {
    block_quantizer y1, y2, chroma, y4;
    /// What a bit is worth, in units of absolute difference, in 1/256.
    uint32_t bit_cost;
    /// The same for each mode.
    uint32_t luma_mode_cost[4], chroma_mode_cost[4];
    uint16_t subblock_mode_cost[SUBBLOCK_MODES];
    /// What choosing block by block costs before any mode.
    uint32_t subblock_cost;
} frame_quantizer;

/// The symbols of every token in every context, and what counts them.
///
/// A symbol is a probability and, in its top bit, the bit that is written with it.
typedef struct {
    uint16_t symbols[TABLE_ROWS * TABLE_COLUMNS][8];
    /// How many bytes of them are meant.
    uint8_t length[TABLE_ROWS * TABLE_COLUMNS];
    uint8_t probabilities[VP8_COEFFICIENT_PROBABILITIES];
} token_table;

typedef struct {
    uint32_t columns[TABLE_ROWS * TABLE_COLUMNS];
    /// Tokens of category 2 to 6.
    uint32_t categories[TABLE_ROWS][5];
} token_counts;

/// What surrounds a macroblock, 16 samples of luma, or 8 of U and 8 of V.
typedef struct {
    /// Of luma, four samples more to the right.
    const uint8_t *above;
    const uint8_t *left;
    /// The sample above and to the left; of chroma, of U and of V.
    uint8_t corner[2];
    uint8_t has_above, has_left;
} macroblock_edges;

/// Whether the block of the same kind above, or to the left, has levels (section 13.3): four of luma, two of U and of V, one of Y2.
typedef struct {
    uint8_t luma[4], chroma[4], y2;
} block_contexts;

/// Eight boolean encoders that run side by side.
typedef struct {
    _Alignas(64) uint64_t low[VP8_MAX_PARTITIONS];
    _Alignas(64) uint64_t range[VP8_MAX_PARTITIONS];
    _Alignas(64) uint64_t bits[VP8_MAX_PARTITIONS];
    uint8_t *next[VP8_MAX_PARTITIONS];
} bool_lanes;

typedef struct {
    /// Finds the luma mode (without B) that predicts best, and writes its prediction, 16 rows of 16.
    int (*predict_luma)(
        const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint32_t *mode_cost,
        uint8_t *prediction, uint32_t *cost
    );
    /// The same for chroma: 8 rows of 8 U and 8 V.
    int (*predict_chroma)(
        const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride, const macroblock_edges *edges,
        const uint32_t *mode_cost, uint8_t *prediction
    );
    /// Transforms and quantizes the difference to a prediction, and reconstructs. Levels are in zigzag order. The result has
    /// a bit for each block with a level other than 0.
    uint32_t (*code_luma)(
        const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, const frame_quantizer *quantizer,
        int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
    );
    uint32_t (*code_chroma)(
        const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride, const uint8_t *prediction,
        const frame_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
    );
    /// Finds a mode for each 4x4 block, as if those around it were coded without loss, and tells what they cost together.
    uint32_t (*choose_subblock_modes)(
        const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint16_t *mode_cost, uint8_t *modes
    );
    /// Predicts and codes luma block by block.
    uint32_t (*code_subblocks)(
        const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint8_t *modes,
        const frame_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
    );
    /// Writes the tokens of a macroblock, keeps the contexts, and gives back where the next ones go. `counts` may be NULL.
    uint16_t *(*write_macroblock)(
        const token_table *table, const int16_t (*levels)[16], uint32_t nonzero, int has_y2, block_contexts *above,
        block_contexts *left, uint16_t *symbols, token_counts *counts
    );
    /// Encodes `count[i]` symbols in lane i.
    void (*encode_lanes)(bool_lanes *lanes, const uint16_t *const *symbols, const size_t *count);
} vp8_kernels;

extern const vp8_kernels vp8_portable_kernels;
#if defined(__x86_64__)
extern const vp8_kernels vp8_avx2_kernels;
extern const vp8_kernels vp8_avx512_kernels;
#endif

/// Appends the symbols of a level beyond the table.
uint16_t *vp8_write_large_token(
    const token_table *table, int row, int level, uint16_t *symbols, token_counts *counts
);
void vp8_token_table_build(token_table *table, const uint8_t *probabilities);
void vp8_token_counts_to_nodes(const token_counts *counts, uint32_t *node_total, uint32_t *node_ones);

/// Whether a token in a row of the table is preceded by the choice to end the block.
static inline int vp8_row_has_end(int row) {
    int type = row / 24, band = row / 3 % 8, context = row % 3;
    return context > 0 || band == (type == TYPE_Y_AFTER_Y2 ? 1 : 0);
}

#endif
