#include <string.h>

#include "kernels.h"
#include "tables.h"
#include "subblock.h"
#include "transform.h"

// The kernels in plain C: what the others are measured against, and what a processor without wide registers uses.

static inline uint8_t clip(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/// Fills a square with one of the modes that luma and chroma share (section 12.2).
static void predict(
    int mode, int size, const uint8_t *above, const uint8_t *left, int corner, int has_above, int has_left,
    uint8_t *prediction
) {
    int dc = 128;
    if (mode == MODE_DC && (has_above || has_left)) {
        int sum = 0;
        for (int i = 0; i < size; i++) sum += (has_above ? above[i] : left[i]) + (has_left ? left[i] : above[i]);
        dc = (sum + size) / (2 * size);
    }
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            int value = mode == MODE_DC ? dc
                      : mode == MODE_V  ? above[x]
                      : mode == MODE_H  ? left[y]
                                        : clip(above[x] + left[y] - corner);
            prediction[y * 16 + x] = (uint8_t)value;
        }
    }
}

static uint32_t difference(const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, int size) {
    uint32_t sum = 0;
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            int value = source[y * stride + x] - prediction[y * 16 + x];
            sum += (uint32_t)(value < 0 ? -value : value);
        }
    }
    return sum;
}

static int predict_luma(
    const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint32_t *mode_cost, uint8_t *prediction,
    uint32_t *cost
) {
    uint8_t candidate[256];
    int best = 0;
    uint32_t best_cost = UINT32_MAX;
    for (int mode = MODE_DC; mode <= MODE_TM; mode++) {
        if (mode_cost[mode] == UINT32_MAX) continue;
        predict(mode, 16, edges->above, edges->left, edges->corner[0], edges->has_above, edges->has_left, candidate);
        uint32_t candidate_cost = difference(source, stride, candidate, 16) + mode_cost[mode];
        if (candidate_cost < best_cost) {
            best = mode;
            best_cost = candidate_cost;
            memcpy(prediction, candidate, sizeof candidate);
        }
    }
    *cost = best_cost;
    return best;
}

static int predict_chroma(
    const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride, const macroblock_edges *edges,
    const uint32_t *mode_cost, uint8_t *prediction
) {
    uint8_t candidate[128];
    int best = 0;
    uint32_t best_cost = UINT32_MAX;
    for (int mode = MODE_DC; mode <= MODE_TM; mode++) {
        if (mode_cost[mode] == UINT32_MAX) continue;
        for (int plane = 0; plane < 2; plane++) {
            predict(
                mode, 8, edges->above + plane * 8, edges->left + plane * 8, edges->corner[plane], edges->has_above,
                edges->has_left, candidate + plane * 8
            );
        }
        uint32_t candidate_cost =
            difference(u, u_stride, candidate, 8) + difference(v, v_stride, candidate + 8, 8) + mode_cost[mode];
        if (candidate_cost < best_cost) {
            best = mode;
            best_cost = candidate_cost;
            memcpy(prediction, candidate, sizeof candidate);
        }
    }
    return best;
}

static uint32_t code_luma(
    const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, const frame_quantizer *quantizer,
    int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
) {
    int16_t coefficients[16][16], dc[16];
    uint32_t nonzero = 0;
    for (int block = 0; block < 16; block++) {
        int offset = (block / 4) * 4 * 16 + (block % 4) * 4;
        vp8_forward_dct(
            source + (block / 4) * 4 * stride + (block % 4) * 4, stride, prediction + offset, coefficients[block]
        );
        dc[block] = (int16_t)((coefficients[block][0] + 4) >> 3);
        coefficients[block][0] = 0;
    }
    int16_t y2[16];
    vp8_forward_wht(dc, y2);
    if (vp8_quantize(y2, &quantizer->y2, levels[BLOCK_Y2])) nonzero |= 1u << BLOCK_Y2;
    vp8_inverse_wht(y2, dc);
    for (int block = 0; block < 16; block++) {
        int offset = (block / 4) * 4 * 16 + (block % 4) * 4;
        if (vp8_quantize(coefficients[block], &quantizer->y1, levels[block])) nonzero |= 1u << block;
        coefficients[block][0] = dc[block];
        vp8_inverse_dct(coefficients[block], prediction + offset, reconstruction + offset);
    }
    return nonzero;
}

static uint32_t code_chroma(
    const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride, const uint8_t *prediction,
    const frame_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
) {
    uint32_t nonzero = 0;
    for (int block = 0; block < 8; block++) {
        int16_t coefficients[16];
        const uint8_t *plane = block < 4 ? u : v;
        ptrdiff_t stride = block < 4 ? u_stride : v_stride;
        int x = block % 2 * 4, y = block / 2 % 2 * 4;
        int offset = y * 16 + x + (block < 4 ? 0 : 8);
        vp8_forward_dct(plane + y * stride + x, stride, prediction + offset, coefficients);
        if (vp8_quantize(coefficients, &quantizer->chroma, levels[BLOCK_U + block])) nonzero |= 1u << (BLOCK_U + block);
        vp8_inverse_dct(coefficients, prediction + offset, reconstruction + offset);
    }
    return nonzero;
}

/// Predicts a 4x4 block from the samples around it.
static void predict_subblock(int mode, const uint8_t *line, uint8_t *prediction, int stride) {
    uint8_t smoothed[32] = {0};
    for (int i = 0; i < 13; i++) smoothed[i] = (uint8_t)((line[i] + 2 * line[i + 1] + line[i + 2] + 2) >> 2);
    for (int i = 0; i < 14; i++) smoothed[16 + i] = (uint8_t)((line[i] + line[i + 1] + 1) >> 1);
    int dc = 4;
    for (int i = 0; i < 4; i++) dc += line[1 + i] + line[6 + i];
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
            prediction[y * stride + x] = mode == B_DC ? (uint8_t)(dc >> 3)
                                       : mode == B_TM ? clip(line[6 + x] + line[4 - y] - line[5])
                                                      : smoothed[subblock_samples[mode - B_VE][y * 4 + x]];
        }
    }
}

/// The line around a block. `samples` is its place among whatever is taken for its neighbours, above to the right apart.
static void find_line(const uint8_t *samples, ptrdiff_t stride, const uint8_t *above_right, uint8_t *line) {
    line[0] = samples[3 * stride - 1];
    for (int i = 0; i < 4; i++) line[1 + i] = samples[(3 - i) * stride - 1];
    for (int i = 0; i < 5; i++) line[5 + i] = samples[i - 1 - stride];
    for (int i = 0; i < 4; i++) line[10 + i] = above_right[i];
    line[14] = above_right[3];
}

enum { FRAMED_STRIDE = 32, FRAMED_SIZE = 17 * FRAMED_STRIDE };

/// A macroblock with its edges around it; gives back where the macroblock itself begins.
static uint8_t *frame(const macroblock_edges *edges, uint8_t *framed) {
    uint8_t *start = framed + FRAMED_STRIDE + 8;
    start[-FRAMED_STRIDE - 1] = edges->corner[0];
    memcpy(start - FRAMED_STRIDE, edges->above, 20);
    for (int y = 0; y < 16; y++) start[y * FRAMED_STRIDE - 1] = edges->left[y];
    return start;
}

/// What lies above and to the right of a block: for those at the right side, always what lies above the macroblock (section 12.3).
static const uint8_t *above_right_of(int block, const uint8_t *start) {
    int x = block % 4 * 4, y = block / 4 * 4;
    return x == 12 ? start - FRAMED_STRIDE + 16 : start + (y - 1) * FRAMED_STRIDE + x + 4;
}

static uint32_t choose_subblock_modes(
    const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint16_t *mode_cost, uint8_t *modes
) {
    uint8_t framed[FRAMED_SIZE];
    uint8_t *start = frame(edges, framed);
    for (int y = 0; y < 16; y++) memcpy(start + y * FRAMED_STRIDE, source + y * stride, 16);
    uint32_t total = 0;
    for (int block = 0; block < 16; block++) {
        const uint8_t *samples = start + block / 4 * 4 * FRAMED_STRIDE + block % 4 * 4;
        uint8_t line[15];
        find_line(samples, FRAMED_STRIDE, above_right_of(block, start), line);
        uint32_t best = UINT32_MAX;
        for (int mode = 0; mode < SUBBLOCK_MODES; mode++) {
            uint8_t prediction[16];
            predict_subblock(mode, line, prediction, 4);
            // Upper and lower half, each up to what fits a byte: a block that differs by more is badly predicted anyway.
            uint32_t half[2] = {0, 0};
            for (int i = 0; i < 16; i++) {
                int difference = samples[i / 4 * FRAMED_STRIDE + i % 4] - prediction[i];
                half[i / 8] += (uint32_t)(difference < 0 ? -difference : difference);
            }
            uint32_t cost = (half[0] > 255 ? 255 : half[0]) + (half[1] > 255 ? 255 : half[1]) + mode_cost[mode];
            if (cost >= best) continue;
            best = cost;
            modes[block] = (uint8_t)mode;
        }
        total += best;
    }
    return total;
}

static uint32_t code_subblocks(
    const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint8_t *modes,
    const frame_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
) {
    uint8_t framed[FRAMED_SIZE];
    uint8_t *start = frame(edges, framed);
    uint32_t nonzero = 0;
    for (int block = 0; block < 16; block++) {
        int x = block % 4 * 4, y = block / 4 * 4;
        uint8_t *samples = start + y * FRAMED_STRIDE + x;
        uint8_t line[15], prediction[4 * 16], result[4 * 16];
        int16_t coefficients[16];
        find_line(samples, FRAMED_STRIDE, above_right_of(block, start), line);
        predict_subblock(modes[block], line, prediction, 16);
        vp8_forward_dct(source + y * stride + x, stride, prediction, coefficients);
        if (vp8_quantize(coefficients, &quantizer->y4, levels[block])) nonzero |= 1u << block;
        vp8_inverse_dct(coefficients, prediction, result);
        for (int line_in_block = 0; line_in_block < 4; line_in_block++) {
            memcpy(samples + line_in_block * FRAMED_STRIDE, result + line_in_block * 16, 4);
            memcpy(reconstruction + (y + line_in_block) * 16 + x, result + line_in_block * 16, 4);
        }
    }
    return nonzero;
}

static uint16_t *write_tokens(
    const token_table *table, int type, int context, const int16_t *levels, uint16_t *symbols, token_counts *counts
) {
    int first = type == TYPE_Y_AFTER_Y2;
    int last = 15;
    while (last >= first && levels[last] == 0) last--;
    for (int n = first; n <= last; n++) {
        int row = (type * 8 + vp8_bands[n]) * 3 + context;
        int level = levels[n];
        int value = level < 0 ? -level : level;
        if (value <= TABLE_LEVEL) {
            int place = row * TABLE_COLUMNS + (level & 15);
            if (counts) counts->columns[place]++;
            memcpy(symbols, table->symbols[place], 16);
            symbols += table->length[place] / 2;
        } else {
            symbols = vp8_write_large_token(table, row, level, symbols, counts);
        }
        context = value > 1 ? 2 : value;
    }
    if (last < 15) {
        int place = ((type * 8 + vp8_bands[last + 1]) * 3 + context) * TABLE_COLUMNS + COLUMN_END;
        if (counts) counts->columns[place]++;
        *symbols++ = table->symbols[place][0];
    }
    return symbols;
}

#include "macroblock_tokens.h"

static void encode_lanes(bool_lanes *lanes, const uint16_t *const *symbols, const size_t *count) {
    for (int lane = 0; lane < VP8_MAX_PARTITIONS; lane++) {
        uint64_t low = lanes->low[lane];
        uint32_t range = (uint32_t)lanes->range[lane], bits = (uint32_t)lanes->bits[lane];
        uint8_t *next = lanes->next[lane];
        for (size_t i = 0; i < count[lane]; i++) {
            uint32_t symbol = symbols[lane][i];
            uint32_t split = 1 + (((range - 1) * (symbol & 0xff)) >> 8);
            uint32_t is_one = symbol >> 15;
            low += is_one ? split : 0;
            range = is_one ? range - split : split;
            uint32_t shift = (uint32_t)__builtin_clz(range) - 24;
            range <<= shift;
            low <<= shift;
            bits += shift;
            if (bits > 40) next = vp8_flush_lane(next, &low, &bits);
        }
        lanes->low[lane] = low;
        lanes->range[lane] = range;
        lanes->bits[lane] = bits;
        lanes->next[lane] = next;
    }
}

const vp8_kernels vp8_portable_kernels = {
    .predict_luma = predict_luma,
    .predict_chroma = predict_chroma,
    .code_luma = code_luma,
    .code_chroma = code_chroma,
    .choose_subblock_modes = choose_subblock_modes,
    .code_subblocks = code_subblocks,
    .write_macroblock = write_macroblock,
    .encode_lanes = encode_lanes,
};
