#include <string.h>

#include "kernels.h"
#include "tables.h"
#include "transform.h"

// The kernels in plain C: what the others are measured against, and what a processor without wide registers uses.

static inline uint8_t clip(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

static uint32_t activity(const uint8_t *source, ptrdiff_t stride) {
    uint32_t sum = 0, squares = 0;
    for (int y = 0; y < 16; y++) {
        for (int x = 0; x < 16; x++) {
            uint32_t value = source[y * stride + x];
            sum += value;
            squares += value * value;
        }
    }
    return squares - (uint32_t)(((uint64_t)sum * sum) >> 8);
}

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
    const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, const segment_quantizer *quantizer,
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
    const segment_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
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
            if (counts) counts->columns[row][level & 15]++;
            memcpy(symbols, table->symbols[row][level & 15], 16);
            symbols += table->length[row][level & 15] / 2;
        } else {
            symbols = vp8_write_large_token(table, row, level, symbols, counts);
        }
        context = value > 1 ? 2 : value;
    }
    if (last < 15) {
        int row = (type * 8 + vp8_bands[last + 1]) * 3 + context;
        if (counts) counts->columns[row][COLUMN_END]++;
        *symbols++ = table->symbols[row][COLUMN_END][0];
    }
    return symbols;
}

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
    .activity = activity,
    .predict_luma = predict_luma,
    .predict_chroma = predict_chroma,
    .code_luma = code_luma,
    .code_chroma = code_chroma,
    .write_tokens = write_tokens,
    .encode_lanes = encode_lanes,
};
