// The vector kernels, written once for registers of 32 and of 64 bytes. The file that includes this one defines V, a register,
// and what is done with it; a register of 16-bit words holds BLOCK_ROWS rows of four blocks, one of bytes SAMPLE_ROWS rows of
// 16 samples.

/// Turns each block around its diagonal: from registers of rows to registers of columns and back.
#define TRANSPOSE(r0, r1, r2, r3)                                                                                              \
    do {                                                                                                                       \
        V t0 = UNPACK_LOW_16(r0, r1), t1 = UNPACK_HIGH_16(r0, r1);                                                             \
        V t2 = UNPACK_LOW_16(r2, r3), t3 = UNPACK_HIGH_16(r2, r3);                                                             \
        V u0 = UNPACK_LOW_32(t0, t2), u1 = UNPACK_HIGH_32(t0, t2);                                                             \
        V u2 = UNPACK_LOW_32(t1, t3), u3 = UNPACK_HIGH_32(t1, t3);                                                             \
        r0 = UNPACK_LOW_64(u0, u2), r1 = UNPACK_HIGH_64(u0, u2);                                                               \
        r2 = UNPACK_LOW_64(u1, u3), r3 = UNPACK_HIGH_64(u1, u3);                                                               \
    } while (0)

#define FORWARD_PASS(r0, r1, r2, r3)                                                                                           \
    do {                                                                                                                       \
        V a = ADD(r0, r3), b = ADD(r1, r2), c = SUB(r1, r2), d = SUB(r0, r3);                                                  \
        r0 = ADD(a, b);                                                                                                        \
        r1 = ADD(ADD(d, MULTIPLY_ROUNDED(d, cosine)), MULTIPLY_ROUNDED(c, sine));                                              \
        r2 = SUB(a, b);                                                                                                        \
        r3 = SUB(SUB(MULTIPLY_ROUNDED(d, sine), c), MULTIPLY_ROUNDED(c, cosine));                                              \
    } while (0)

// 35468 does not fit a signed word; 35468 - 65536 does, and the factor itself makes up for it.
#define TIMES_35468(x) ADD(x, MULTIPLY_HIGH(x, SET_16(35468 - 65536)))
#define TIMES_85627(x) ADD(x, MULTIPLY_HIGH(x, SET_16(20091)))

#define INVERSE_PASS(r0, r1, r2, r3)                                                                                           \
    do {                                                                                                                       \
        V a = ADD(r0, r2), b = SUB(r0, r2);                                                                                    \
        V c = SUB(TIMES_35468(r1), TIMES_85627(r3)), d = ADD(TIMES_85627(r1), TIMES_35468(r3));                                \
        r0 = ADD(a, d), r1 = ADD(b, c), r2 = SUB(b, c), r3 = SUB(a, d);                                                        \
    } while (0)

static INLINE void forward_dct(V r[4]) {
    const V cosine = SET_16(FORWARD_COSINE), sine = SET_16(FORWARD_SINE);
    TRANSPOSE(r[0], r[1], r[2], r[3]);
    FORWARD_PASS(r[0], r[1], r[2], r[3]);
    TRANSPOSE(r[0], r[1], r[2], r[3]);
    FORWARD_PASS(r[0], r[1], r[2], r[3]);
}

static INLINE void inverse_dct(V r[4]) {
    INVERSE_PASS(r[0], r[1], r[2], r[3]);
    TRANSPOSE(r[0], r[1], r[2], r[3]);
    INVERSE_PASS(r[0], r[1], r[2], r[3]);
    TRANSPOSE(r[0], r[1], r[2], r[3]);
}

/// Coefficients become levels, and `decoded` what a decoder makes of them.
static INLINE void quantize(V r[4], V decoded[4], const block_quantizer *quantizer) {
    for (int v = 0; v < 4; v++) {
        V magnitude = ADD(ABSOLUTE(r[v]), REPEAT_64(quantizer->rounding + 4 * v));
        r[v] = WITH_SIGN(MULTIPLY_HIGH_UNSIGNED(magnitude, REPEAT_64(quantizer->reciprocal + 4 * v)), r[v]);
        decoded[v] = MULTIPLY_LOW(r[v], REPEAT_64(quantizer->step + 4 * v));
    }
}

static INLINE void reconstruct(V r[4], const V prediction[4], uint8_t *reconstruction) {
    inverse_dct(r);
    for (int y = 0; y < 4; y++) {
        r[y] = ADD(prediction[y], SHIFT_RIGHT(ADD(r[y], SET_16(4)), 3));
    }
    STORE_SAMPLES(reconstruction, r);
}

// The Y2 block of a macroblock is one block whatever the width: two registers of two rows.

static INLINE void wht_pass(__m128i *low, __m128i *high) {
    __m128i swapped = _mm_shuffle_epi32(*high, 0x4e);
    __m128i sum = _mm_add_epi16(*low, swapped), difference = _mm_sub_epi16(*low, swapped);
    __m128i first = _mm_unpacklo_epi64(sum, difference), second = _mm_unpackhi_epi64(sum, difference);
    *low = _mm_add_epi16(first, second);
    *high = _mm_sub_epi16(first, second);
}

static INLINE void wht_transpose(__m128i *low, __m128i *high) {
    __m128i a = _mm_unpacklo_epi16(*low, *high), b = _mm_unpackhi_epi16(*low, *high);
    *low = _mm_unpacklo_epi16(a, b);
    *high = _mm_unpackhi_epi16(a, b);
}

static INLINE void wht(__m128i *low, __m128i *high) {
    wht_pass(low, high);
    wht_transpose(low, high);
    wht_pass(low, high);
    wht_transpose(low, high);
}

static INLINE __m128i quantize_half(__m128i *coefficients, const block_quantizer *quantizer, int half) {
    __m128i magnitude = _mm_add_epi16(
        _mm_abs_epi16(*coefficients), _mm_loadu_si128((const __m128i *)(quantizer->rounding + 8 * half))
    );
    __m128i value = _mm_mulhi_epu16(magnitude, _mm_loadu_si128((const __m128i *)(quantizer->reciprocal + 8 * half)));
    __m128i level = _mm_sign_epi16(value, *coefficients);
    *coefficients = _mm_mullo_epi16(level, _mm_loadu_si128((const __m128i *)(quantizer->step + 8 * half)));
    return level;
}

/// Codes the 16 first coefficients of luma and replaces them by what a decoder will have.
static INLINE uint32_t code_y2(__m128i *low, __m128i *high, const block_quantizer *quantizer, int16_t *levels) {
    wht(low, high);
    __m128i first = quantize_half(low, quantizer, 0), second = quantize_half(high, quantizer, 1);
    __m256i all = _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
    _mm256_store_si256((__m256i *)levels, zigzag(all));
    wht(low, high);
    const __m128i three = _mm_set1_epi16(3);
    *low = _mm_srai_epi16(_mm_add_epi16(*low, three), 3);
    *high = _mm_srai_epi16(_mm_add_epi16(*high, three), 3);
    return _mm256_testz_si256(all, all) ? 0 : 1u << BLOCK_Y2;
}

static uint32_t code_luma(
    const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, const frame_quantizer *quantizer,
    int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
) {
    enum { GROUPS = 4 / BLOCK_ROWS };
    V coefficients[GROUPS][4];
    for (int group = 0; group < GROUPS; group++) {
        const int top = group * 4 * BLOCK_ROWS;
        for (int y = 0; y < 4; y++) {
            V samples = LOAD_SAMPLES(source + (top + y) * stride, stride);
            V predicted = LOAD_SAMPLES(prediction + (top + y) * 16, 16);
            coefficients[group][y] = SHIFT_LEFT(SUB(samples, predicted), 2);
        }
        forward_dct(coefficients[group]);
    }
    __m128i low, high;
    GATHER_DC(coefficients, low, high);
    uint32_t nonzero = code_y2(&low, &high, &quantizer->y2, levels[BLOCK_Y2]);
    for (int group = 0; group < GROUPS; group++) {
        const int top = group * 4 * BLOCK_ROWS;
        V decoded[4], predicted[4];
        quantize(coefficients[group], decoded, &quantizer->y1);
        nonzero |= STORE_LUMA_LEVELS(levels + group * 4 * BLOCK_ROWS, coefficients[group]) << (group * 4 * BLOCK_ROWS);
        decoded[0] = OR(decoded[0], SCATTER_DC(group, low, high));
        for (int y = 0; y < 4; y++) predicted[y] = LOAD_SAMPLES(prediction + (top + y) * 16, 16);
        reconstruct(decoded, predicted, reconstruction + top * 16);
    }
    return nonzero;
}

static uint32_t code_chroma(
    const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride, const uint8_t *prediction,
    const frame_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
) {
    uint32_t nonzero = 0;
    for (int group = 0; group < 2 / BLOCK_ROWS; group++) {
        const int top = group * 4;
        V coefficients[4], decoded[4], predicted[4];
        for (int y = 0; y < 4; y++) {
            V samples = LOAD_CHROMA(u + (top + y) * u_stride, u_stride, v + (top + y) * v_stride, v_stride);
            predicted[y] = LOAD_SAMPLES(prediction + (top + y) * 16, 16);
            coefficients[y] = SHIFT_LEFT(SUB(samples, predicted[y]), 2);
        }
        forward_dct(coefficients);
        quantize(coefficients, decoded, &quantizer->chroma);
        nonzero |= STORE_CHROMA_LEVELS(levels, coefficients, group);
        reconstruct(decoded, predicted, reconstruction + top * 16);
    }
    return nonzero;
}

/// Predicts rows of 16 samples in the four modes, and keeps the best.
static INLINE int predict_rows(
    const V *source, int count, __m128i above, __m128i left, __m128i corner, __m128i dc, const uint8_t *rows,
    const uint32_t *mode_cost, uint8_t *prediction, uint32_t *cost
) {
    const V above_v = REPEAT_128(above), left_v = REPEAT_128(left), corner_v = REPEAT_128(corner), dc_v = REPEAT_128(dc);
    V sum_dc = ZERO, sum_v = ZERO, sum_h = ZERO, sum_tm = ZERO;
    for (int i = 0; i < count; i++) {
        V h = SHUFFLE_8(left_v, LOAD(rows + i * sizeof(V)));
        V rise = SUBTRACT_8(h, corner_v), fall = SUBTRACT_8(corner_v, h);
        V tm = SUBTRACT_8(ADD_8(above_v, rise), fall);
        sum_dc = ADD_64(sum_dc, SAD(source[i], dc_v));
        sum_v = ADD_64(sum_v, SAD(source[i], above_v));
        sum_h = ADD_64(sum_h, SAD(source[i], h));
        sum_tm = ADD_64(sum_tm, SAD(source[i], tm));
    }
    // Two sums of 16 bits each in one, so that two are added up at a time.
    uint64_t first = SUM_64(ADD_64(sum_dc, SHIFT_LEFT_64(sum_v, 32)));
    uint64_t second = SUM_64(ADD_64(sum_h, SHIFT_LEFT_64(sum_tm, 32)));
    uint32_t costs[4] = {(uint32_t)first, (uint32_t)(first >> 32), (uint32_t)second, (uint32_t)(second >> 32)};
    int best = 0;
    uint32_t best_cost = costs[0] + mode_cost[0];
    for (int mode = 1; mode < 4; mode++) {
        uint32_t candidate = mode_cost[mode] == UINT32_MAX ? UINT32_MAX : costs[mode] + mode_cost[mode];
        best = candidate < best_cost ? mode : best;
        best_cost = candidate < best_cost ? candidate : best_cost;
    }
    *cost = best_cost;
    for (int i = 0; i < count; i++) {
        V result;
        if (best == MODE_DC) {
            result = dc_v;
        } else if (best == MODE_V) {
            result = above_v;
        } else {
            V h = SHUFFLE_8(left_v, LOAD(rows + i * sizeof(V)));
            V rise = SUBTRACT_8(h, corner_v), fall = SUBTRACT_8(corner_v, h);
            result = best == MODE_H ? h : SUBTRACT_8(ADD_8(above_v, rise), fall);
        }
        STORE(prediction + i * sizeof(V), result);
    }
    return best;
}

/// Which sample of the left column each sample of a row is predicted from, row by row.
static const _Alignas(64) uint8_t luma_rows[16 * 16] = {
#define R(n) n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n
    R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7), R(8), R(9), R(10), R(11), R(12), R(13), R(14), R(15),
#undef R
};
static const _Alignas(64) uint8_t chroma_rows[8 * 16] = {
#define R(n) n, n, n, n, n, n, n, n, n + 8, n + 8, n + 8, n + 8, n + 8, n + 8, n + 8, n + 8
    R(0), R(1), R(2), R(3), R(4), R(5), R(6), R(7),
#undef R
};

static int predict_luma(
    const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint32_t *mode_cost, uint8_t *prediction,
    uint32_t *cost
) {
    V rows[16 / SAMPLE_ROWS];
    for (int i = 0; i < 16 / SAMPLE_ROWS; i++) rows[i] = LOAD_ROWS(source + i * SAMPLE_ROWS * stride, stride);
    __m128i above = _mm_loadu_si128((const __m128i *)edges->above), left = _mm_loadu_si128((const __m128i *)edges->left);
    __m128i above_sum = _mm_sad_epu8(above, _mm_setzero_si128()), left_sum = _mm_sad_epu8(left, _mm_setzero_si128());
    int a = _mm_cvtsi128_si32(above_sum) + _mm_extract_epi16(above_sum, 4);
    int l = _mm_cvtsi128_si32(left_sum) + _mm_extract_epi16(left_sum, 4);
    int dc = edges->has_above && edges->has_left ? (a + l + 16) >> 5
           : edges->has_above                    ? (a + 8) >> 4
           : edges->has_left                     ? (l + 8) >> 4
                                                 : 128;
    return predict_rows(
        rows, 16 / SAMPLE_ROWS, above, left, _mm_set1_epi8((char)edges->corner[0]), _mm_set1_epi8((char)dc), luma_rows,
        mode_cost, prediction, cost
    );
}

static int predict_chroma(
    const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride, const macroblock_edges *edges,
    const uint32_t *mode_cost, uint8_t *prediction
) {
    V rows[8 / SAMPLE_ROWS];
    for (int i = 0; i < 8 / SAMPLE_ROWS; i++) {
        rows[i] = LOAD_CHROMA_ROWS(u + i * SAMPLE_ROWS * u_stride, u_stride, v + i * SAMPLE_ROWS * v_stride, v_stride);
    }
    __m128i above = _mm_loadu_si128((const __m128i *)edges->above), left = _mm_loadu_si128((const __m128i *)edges->left);
    __m128i above_sum = _mm_sad_epu8(above, _mm_setzero_si128()), left_sum = _mm_sad_epu8(left, _mm_setzero_si128());
    int dc[2];
    for (int plane = 0; plane < 2; plane++) {
        int a = plane ? _mm_extract_epi16(above_sum, 4) : _mm_cvtsi128_si32(above_sum);
        int l = plane ? _mm_extract_epi16(left_sum, 4) : _mm_cvtsi128_si32(left_sum);
        dc[plane] = edges->has_above && edges->has_left ? (a + l + 8) >> 4
                  : edges->has_above                    ? (a + 4) >> 3
                  : edges->has_left                     ? (l + 4) >> 3
                                                        : 128;
    }
    uint32_t cost;
    return predict_rows(
        rows, 8 / SAMPLE_ROWS, above, left,
        _mm_unpacklo_epi64(_mm_set1_epi8((char)edges->corner[0]), _mm_set1_epi8((char)edges->corner[1])),
        _mm_unpacklo_epi64(_mm_set1_epi8((char)dc[0]), _mm_set1_epi8((char)dc[1])), chroma_rows, mode_cost, prediction, &cost
    );
}

#define BAND(type, n) (((type) * 8 + (n)) * 48)
#define BANDS(type)                                                                                                            \
    {                                                                                                                          \
        BAND(type, 0), BAND(type, 1), BAND(type, 2), BAND(type, 3), BAND(type, 6), BAND(type, 4), BAND(type, 5), BAND(type, 6),    \
            BAND(type, 6), BAND(type, 6), BAND(type, 6), BAND(type, 6), BAND(type, 6), BAND(type, 6), BAND(type, 6),            \
            BAND(type, 7)                                                                                                      \
    }
/// Where a position's row of the token table begins, in columns.
static const _Alignas(32) uint16_t band_columns[4][16] = {BANDS(0), BANDS(1), BANDS(2), BANDS(3)};

static INLINE uint16_t *write_tokens(
    const token_table *table, int type, int context, const int16_t *levels, uint16_t *symbols, token_counts *counts
) {
    const int first = type == TYPE_Y_AFTER_Y2;
    const __m256i level = _mm256_load_si256((const __m256i *)levels);
    const uint32_t nonzero = nonzero_words(level);
    if (nonzero == 0) {
        uint32_t column = band_columns[type][first] + (uint32_t)context * 16 + COLUMN_END;
        if (counts) counts->columns[column]++;
        *symbols = table->symbols[column][0];
        return symbols + 1;
    }
    const int last = 31 - __builtin_clz(nonzero);
    const __m256i magnitude = _mm256_abs_epi16(level);
    // The context of a coefficient is 0, 1 or 2 for the one before (section 13.3).
    const __m256i capped = _mm256_min_epi16(magnitude, _mm256_set1_epi16(2));
    __m256i before = _mm256_alignr_epi8(capped, _mm256_permute2x128_si256(capped, capped, 0x08), 14);
    before = _mm256_or_si256(before, _mm256_zextsi128_si256(_mm_cvtsi32_si128(context << (16 * first))));
    __m256i column = _mm256_add_epi16(
        _mm256_load_si256((const __m256i *)band_columns[type]),
        _mm256_add_epi16(_mm256_slli_epi16(before, 4), _mm256_and_si256(level, _mm256_set1_epi16(15)))
    );
    _Alignas(32) uint16_t columns[16];
    _mm256_store_si256((__m256i *)columns, column);
    const __m256i large = _mm256_cmpgt_epi16(magnitude, _mm256_set1_epi16(TABLE_LEVEL));
    const uint8_t *length = table->length;
    uint8_t *out = (uint8_t *)symbols;
    if (_mm256_testz_si256(large, large)) {
        for (int n = first; n <= last; n++) {
            uint32_t c = columns[n];
            _mm_storeu_si128((__m128i *)out, _mm_loadu_si128((const __m128i *)table->symbols[c]));
            out += length[c];
        }
        if (counts) {
            for (int n = first; n <= last; n++) counts->columns[columns[n]]++;
        }
    } else {
        for (int n = first; n <= last; n++) {
            uint32_t c = columns[n];
            int value = levels[n];
            if (value > TABLE_LEVEL || value < -TABLE_LEVEL) {
                out = (uint8_t *)vp8_write_large_token(table, (int)(c >> 4), value, (uint16_t *)(void *)out, counts);
                continue;
            }
            if (counts) counts->columns[c]++;
            _mm_storeu_si128((__m128i *)out, _mm_loadu_si128((const __m128i *)table->symbols[c]));
            out += length[c];
        }
    }
    symbols = (uint16_t *)(void *)out;
    if (last < 15) {
        uint32_t c = columns[last + 1] + COLUMN_END;
        if (counts) counts->columns[c]++;
        *symbols++ = table->symbols[c][0];
    }
    return symbols;
}

#include "macroblock_tokens.h"

/// A probability of 256 in 256 for a 0: changes nothing in a lane that has run out of symbols.
enum { IDLE_SYMBOL = 0x100, SYMBOLS_AT_ONCE = 8 };

/// Where a lane's symbols come from, with the shorter ones filled up.
static INLINE size_t fill_lanes(
    const uint16_t *const *symbols, const size_t *count, const uint16_t *idle, const uint16_t *source[8], size_t step[8]
) {
    size_t longest = 0;
    for (int lane = 0; lane < 8; lane++) longest = count[lane] > longest ? count[lane] : longest;
    longest = (longest + SYMBOLS_AT_ONCE - 1) / SYMBOLS_AT_ONCE * SYMBOLS_AT_ONCE;
    for (int lane = 0; lane < 8; lane++) {
        if (count[lane] == 0) {
            source[lane] = idle;
            step[lane] = 0;
            continue;
        }
        // The rows' buffers are all of one size, with room for this behind the longest.
        uint16_t *end = (uint16_t *)symbols[lane];
        for (size_t i = count[lane]; i < longest; i++) end[i] = IDLE_SYMBOL;
        source[lane] = symbols[lane];
        step[lane] = SYMBOLS_AT_ONCE;
    }
    return longest / SYMBOLS_AT_ONCE;
}

/// Eight symbols of each of eight lanes, turned so that each register has one of every lane.
static INLINE void load_symbols(const uint16_t *source[8], const size_t step[8], __m128i turned[8]) {
    __m128i a[8], b[8];
    for (int lane = 0; lane < 8; lane++) {
        a[lane] = _mm_loadu_si128((const __m128i *)source[lane]);
        source[lane] += step[lane];
    }
    for (int i = 0; i < 4; i++) {
        b[2 * i] = _mm_unpacklo_epi16(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm_unpackhi_epi16(a[2 * i], a[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        a[4 * i] = _mm_unpacklo_epi32(b[4 * i], b[4 * i + 2]);
        a[4 * i + 1] = _mm_unpackhi_epi32(b[4 * i], b[4 * i + 2]);
        a[4 * i + 2] = _mm_unpacklo_epi32(b[4 * i + 1], b[4 * i + 3]);
        a[4 * i + 3] = _mm_unpackhi_epi32(b[4 * i + 1], b[4 * i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        turned[2 * i] = _mm_unpacklo_epi64(a[i], a[i + 4]);
        turned[2 * i + 1] = _mm_unpackhi_epi64(a[i], a[i + 4]);
    }
}

static INLINE void flush_lanes(bool_lanes *lanes) {
    for (int lane = 0; lane < 8; lane++) {
        uint32_t bits = (uint32_t)lanes->bits[lane];
        if (bits < 8) continue;
        lanes->next[lane] = vp8_flush_lane(lanes->next[lane], &lanes->low[lane], &bits);
        lanes->bits[lane] = bits;
    }
}

// Blocks of 4x4. Choosing modes, a lane is a block, and all sixteen are tried at once.

/// (a + 2 b + c + 2) / 4. The first average rounds up, and must not.
static INLINE __m128i smooth_3(__m128i a, __m128i b, __m128i c) {
    __m128i odd = _mm_and_si128(_mm_xor_si128(a, c), _mm_set1_epi8(1));
    return _mm_avg_epu8(b, _mm_sub_epi8(_mm_avg_epu8(a, c), odd));
}

static INLINE __m128i absolute_difference(__m128i a, __m128i b) {
    return _mm_or_si128(_mm_subs_epu8(a, b), _mm_subs_epu8(b, a));
}

/// A mode's costs so far, and what is better with it.
static INLINE void keep_best(
    __m128i upper, __m128i lower, uint16_t mode_cost, int mode, __m256i *best, __m256i *best_mode
) {
    __m256i cost = _mm256_add_epi16(_mm256_cvtepu8_epi16(upper), _mm256_cvtepu8_epi16(lower));
    cost = _mm256_add_epi16(cost, _mm256_set1_epi16((short)mode_cost));
    __m256i is_better = _mm256_cmpgt_epi16(*best, cost);
    *best = _mm256_min_epi16(*best, cost);
    *best_mode = _mm256_blendv_epi8(*best_mode, _mm256_set1_epi16((short)mode), is_better);
}

static uint32_t choose_subblock_modes(
    const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint16_t *mode_cost, uint8_t *modes
) {
    const __m128i by_column = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    // Sample (y, x) of every block.
    __m128i samples[4][4];
    for (int y = 0; y < 4; y++) {
        __m128i rows[4];
        for (int block_row = 0; block_row < 4; block_row++) {
            __m128i row = _mm_loadu_si128((const __m128i *)(source + (4 * block_row + y) * stride));
            rows[block_row] = _mm_shuffle_epi8(row, by_column);
        }
        __m128i a = _mm_unpacklo_epi32(rows[0], rows[1]), b = _mm_unpackhi_epi32(rows[0], rows[1]);
        __m128i c = _mm_unpacklo_epi32(rows[2], rows[3]), d = _mm_unpackhi_epi32(rows[2], rows[3]);
        samples[y][0] = _mm_unpacklo_epi64(a, c), samples[y][1] = _mm_unpackhi_epi64(a, c);
        samples[y][2] = _mm_unpacklo_epi64(b, d), samples[y][3] = _mm_unpackhi_epi64(b, d);
    }
    // The line around every block; see subblock.h.
    __m128i line[15], above[4], left[4];
    const __m128i first_columns = _mm_set1_epi32(0xff), last_columns = _mm_set1_epi32((int)0xff000000);
    const __m128i above_macroblock = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)edges->above), by_column);
    const __m128i left_macroblock = _mm_loadu_si128((const __m128i *)edges->left);
    const __m128i first_row = _mm_setr_epi32(-1, 0, 0, 0);
    above[0] = _mm_or_si128(_mm_slli_si128(samples[3][0], 4), _mm_and_si128(above_macroblock, first_row));
    above[1] = _mm_or_si128(
        _mm_slli_si128(samples[3][1], 4), _mm_and_si128(_mm_srli_si128(above_macroblock, 4), first_row)
    );
    above[2] = _mm_or_si128(
        _mm_slli_si128(samples[3][2], 4), _mm_and_si128(_mm_srli_si128(above_macroblock, 8), first_row)
    );
    above[3] = _mm_or_si128(_mm_slli_si128(samples[3][3], 4), _mm_srli_si128(above_macroblock, 12));
    for (int y = 0; y < 4; y++) {
        __m128i inside = _mm_andnot_si128(first_columns, _mm_slli_si128(samples[y][3], 1));
        const __m128i rows = _mm_add_epi8(
            _mm_setr_epi8(0, -128, -128, -128, 4, -128, -128, -128, 8, -128, -128, -128, 12, -128, -128, -128),
            _mm_set1_epi8((char)y)
        );
        left[y] = _mm_or_si128(inside, _mm_shuffle_epi8(left_macroblock, rows));
    }
    __m128i corner = _mm_andnot_si128(first_columns, _mm_slli_si128(above[3], 1));
    const __m128i rows_before = _mm_setr_epi8(-1, -1, -1, -1, 3, -1, -1, -1, 7, -1, -1, -1, 11, -1, -1, -1);
    corner = _mm_or_si128(corner, _mm_shuffle_epi8(left_macroblock, rows_before));
    corner = _mm_or_si128(corner, _mm_cvtsi32_si128(edges->corner[0]));
    line[0] = left[3];
    for (int i = 0; i < 4; i++) line[1 + i] = left[3 - i];
    line[5] = corner;
    for (int i = 0; i < 4; i++) line[6 + i] = above[i];
    for (int i = 0; i < 4; i++) {
        __m128i outside = _mm_and_si128(last_columns, _mm_set1_epi8((char)edges->above[16 + i]));
        line[10 + i] = _mm_or_si128(_mm_andnot_si128(last_columns, _mm_srli_si128(above[i], 1)), outside);
    }
    line[14] = line[13];

    __m256i best = _mm256_set1_epi16(0x7fff), best_mode = _mm256_setzero_si256();
    __m256i sum = _mm256_set1_epi16(4);
    for (int i = 0; i < 4; i++) {
        sum = _mm256_add_epi16(sum, _mm256_add_epi16(_mm256_cvtepu8_epi16(above[i]), _mm256_cvtepu8_epi16(left[i])));
    }
    sum = _mm256_srli_epi16(sum, 3);
    const __m128i dc = _mm_packus_epi16(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    __m128i half[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
    for (int i = 0; i < 16; i++) half[i / 8] = _mm_adds_epu8(half[i / 8], absolute_difference(samples[i / 4][i % 4], dc));
    keep_best(half[0], half[1], mode_cost[B_DC], B_DC, &best, &best_mode);

    half[0] = half[1] = _mm_setzero_si128();
    for (int y = 0; y < 4; y++) {
        const __m128i rise = _mm_subs_epu8(left[y], corner), fall = _mm_subs_epu8(corner, left[y]);
        for (int x = 0; x < 4; x++) {
            __m128i predicted = _mm_subs_epu8(_mm_adds_epu8(above[x], rise), fall);
            half[y / 2] = _mm_adds_epu8(half[y / 2], absolute_difference(samples[y][x], predicted));
        }
    }
    keep_best(half[0], half[1], mode_cost[B_TM], B_TM, &best, &best_mode);

    __m128i smoothed[32];
    for (int i = 0; i < 13; i++) smoothed[i] = smooth_3(line[i], line[i + 1], line[i + 2]);
    for (int i = 0; i < 14; i++) smoothed[16 + i] = _mm_avg_epu8(line[i], line[i + 1]);
#pragma clang loop unroll(full)
    for (int mode = B_VE; mode < SUBBLOCK_MODES; mode++) {
        half[0] = half[1] = _mm_setzero_si128();
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            __m128i predicted = smoothed[subblock_samples[mode - B_VE][i]];
            half[i / 8] = _mm_adds_epu8(half[i / 8], absolute_difference(samples[i / 4][i % 4], predicted));
        }
        keep_best(half[0], half[1], mode_cost[mode], mode, &best, &best_mode);
    }
    __m128i chosen = _mm_packus_epi16(_mm256_castsi256_si128(best_mode), _mm256_extracti128_si256(best_mode, 1));
    _mm_storeu_si128((__m128i *)modes, chosen);
    __m256i pairs = _mm256_madd_epi16(best, _mm256_set1_epi16(1));
    __m128i total = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
    total = _mm_hadd_epi32(total, total);
    total = _mm_hadd_epi32(total, total);
    return (uint32_t)_mm_cvtsi128_si32(total);
}

/// The line around one block, from what is to the left (in the line's order) and the row above from the corner on.
static INLINE __m128i one_line(__m128i left, __m128i above) {
    const __m128i behind_left = _mm_setr_epi8(-1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, -1);
    return _mm_or_si128(left, _mm_shuffle_epi8(above, behind_left));
}

/// All three kinds of prediction, one of which is meant: cheaper than guessing which.
static INLINE __m128i predict_subblock(int mode, __m128i line) {
    const __m128i next = _mm_srli_si128(line, 1), third = _mm_srli_si128(line, 2);
    const __m128i three = smooth_3(line, next, third), two = _mm_avg_epu8(line, next);
    const __m128i from_three = _mm_loadu_si128((const __m128i *)subblock_three[mode]);
    const __m128i from_two = _mm_loadu_si128((const __m128i *)subblock_two[mode]);
    const __m128i smoothed = _mm_or_si128(_mm_shuffle_epi8(three, from_three), _mm_shuffle_epi8(two, from_two));

    const __m128i counted = _mm_setr_epi8(0, -1, -1, -1, -1, 0, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0);
    __m128i sums = _mm_sad_epu8(_mm_and_si128(line, counted), _mm_setzero_si128());
    sums = _mm_add_epi16(_mm_add_epi16(sums, _mm_unpackhi_epi64(sums, sums)), _mm_set1_epi16(4));
    const __m128i dc = _mm_shuffle_epi8(_mm_srli_epi16(sums, 3), _mm_setzero_si128());

    const __m128i columns = _mm_setr_epi8(6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9);
    const __m128i rows = _mm_setr_epi8(4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1);
    const __m128i corner = _mm_shuffle_epi8(line, _mm_set1_epi8(5)), left = _mm_shuffle_epi8(line, rows);
    const __m128i tm = _mm_subs_epu8(
        _mm_adds_epu8(_mm_shuffle_epi8(line, columns), _mm_subs_epu8(left, corner)), _mm_subs_epu8(corner, left)
    );
    const __m128i is_dc = _mm_set1_epi8((char)-(mode == B_DC)), is_tm = _mm_set1_epi8((char)-(mode == B_TM));
    return _mm_or_si128(_mm_or_si128(smoothed, _mm_and_si128(dc, is_dc)), _mm_and_si128(tm, is_tm));
}

#define ONE_TRANSPOSE(r0, r1, r2, r3)                                                                                          \
    do {                                                                                                                       \
        __m128i t0 = _mm_unpacklo_epi16(r0, r1), t1 = _mm_unpacklo_epi16(r2, r3);                                              \
        r0 = _mm_unpacklo_epi32(t0, t1), r2 = _mm_unpackhi_epi32(t0, t1);                                                      \
        r1 = _mm_unpackhi_epi64(r0, r0), r3 = _mm_unpackhi_epi64(r2, r2);                                                      \
    } while (0)

/// One pass over both halves at once: rows 0 and 3 against 1 and 2.
static INLINE void one_forward_pass(__m128i r[4]) {
    const __m128i factors_a = _mm_unpacklo_epi64(_mm_set1_epi16(FORWARD_COSINE), _mm_set1_epi16(FORWARD_SINE));
    const __m128i factors_b = _mm_unpacklo_epi64(_mm_set1_epi16(FORWARD_SINE), _mm_set1_epi16(FORWARD_COSINE));
    const __m128i a = _mm_add_epi16(r[0], r[3]), b = _mm_add_epi16(r[1], r[2]);
    const __m128i c = _mm_sub_epi16(r[1], r[2]), d = _mm_sub_epi16(r[0], r[3]);
    const __m128i dd = _mm_unpacklo_epi64(d, d), cc = _mm_unpacklo_epi64(c, c);
    const __m128i scaled_d = _mm_mulhrs_epi16(dd, factors_a), scaled_c = _mm_mulhrs_epi16(cc, factors_b);
    r[0] = _mm_add_epi16(a, b);
    r[1] = _mm_add_epi16(_mm_add_epi16(d, scaled_d), scaled_c);
    r[2] = _mm_sub_epi16(a, b);
    r[3] = _mm_sub_epi16(
        _mm_sub_epi16(_mm_unpackhi_epi64(scaled_d, scaled_d), c), _mm_unpackhi_epi64(scaled_c, scaled_c)
    );
}

static INLINE void one_inverse_pass(__m128i r[4]) {
    const __m128i factors = _mm_unpacklo_epi64(_mm_set1_epi16((short)(35468 - 65536)), _mm_set1_epi16(20091));
    const __m128i first = _mm_unpacklo_epi64(r[1], r[1]), third = _mm_unpacklo_epi64(r[3], r[3]);
    const __m128i scaled_1 = _mm_add_epi16(first, _mm_mulhi_epi16(first, factors));
    const __m128i scaled_3 = _mm_add_epi16(third, _mm_mulhi_epi16(third, factors));
    const __m128i a = _mm_add_epi16(r[0], r[2]), b = _mm_sub_epi16(r[0], r[2]);
    const __m128i c = _mm_sub_epi16(scaled_1, _mm_unpackhi_epi64(scaled_3, scaled_3));
    const __m128i d = _mm_add_epi16(_mm_unpackhi_epi64(scaled_1, scaled_1), scaled_3);
    r[0] = _mm_add_epi16(a, d), r[1] = _mm_add_epi16(b, c);
    r[2] = _mm_sub_epi16(b, c), r[3] = _mm_sub_epi16(a, d);
}

static INLINE __m128i four_samples(const uint8_t *source) {
    int value;
    memcpy(&value, source, 4);
    return _mm_cvtsi32_si128(value);
}

/// What the blocks of a macroblock have of each other. It stays in registers: a block's samples, written and read again for the
/// next, would wait for the store.
typedef struct {
    /// What is to the left of each row's next block, in the order of its line.
    __m128i left[4];
    /// The row of samples above each row of blocks, and in the last byte of `corner` the sample before it.
    __m128i above[4], corner[4];
    /// What is above and to the right of the macroblock.
    __m128i above_right;
} subblock_surroundings;

/// The row above a block, from the corner on. `x` counts blocks and is a constant wherever this is used.
static INLINE __m128i above_block(const subblock_surroundings *around, int row, int x) {
    switch (x) {
    case 0: return _mm_alignr_epi8(around->above[row], around->corner[row], 15);
    case 1: return _mm_srli_si128(around->above[row], 3);
    case 2: return _mm_srli_si128(around->above[row], 7);
    default: return _mm_alignr_epi8(around->above_right, around->above[row], 11);
    }
}

static INLINE __m128i with_block(__m128i row, __m128i samples, int x) {
    switch (x) {
    case 0: return _mm_blend_epi32(row, samples, 1);
    case 1: return _mm_blend_epi32(row, samples, 2);
    case 2: return _mm_blend_epi32(row, samples, 4);
    default: return _mm_blend_epi32(row, samples, 8);
    }
}

static INLINE uint32_t code_subblock(
    int block, const uint8_t *source, ptrdiff_t stride, int mode, const block_quantizer *quantizer,
    subblock_surroundings *around, int16_t *levels, uint8_t *reconstruction
) {
    const int row = block / 4, x = block % 4;
    const __m128i predicted = predict_subblock(mode, one_line(around->left[row], above_block(around, row, x)));
    const uint8_t *samples = source + row * 4 * stride + x * 4;
    const __m128i p[4] = {
        _mm_cvtepu8_epi16(predicted), _mm_cvtepu8_epi16(_mm_srli_si128(predicted, 4)),
        _mm_cvtepu8_epi16(_mm_srli_si128(predicted, 8)), _mm_cvtepu8_epi16(_mm_srli_si128(predicted, 12)),
    };
    __m128i r[4];
    for (int y = 0; y < 4; y++) {
        r[y] = _mm_cvtepu8_epi16(four_samples(samples + y * stride));
        r[y] = _mm_slli_epi16(_mm_sub_epi16(r[y], p[y]), 2);
    }
    ONE_TRANSPOSE(r[0], r[1], r[2], r[3]);
    one_forward_pass(r);
    ONE_TRANSPOSE(r[0], r[1], r[2], r[3]);
    one_forward_pass(r);
    __m128i halves[2] = {_mm_unpacklo_epi64(r[0], r[1]), _mm_unpacklo_epi64(r[2], r[3])};
    const __m128i first = quantize_half(&halves[0], quantizer, 0), second = quantize_half(&halves[1], quantizer, 1);
    const __m256i all = _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
    _mm256_store_si256((__m256i *)levels, zigzag(all));
    r[0] = halves[0], r[1] = _mm_unpackhi_epi64(halves[0], halves[0]);
    r[2] = halves[1], r[3] = _mm_unpackhi_epi64(halves[1], halves[1]);
    one_inverse_pass(r);
    ONE_TRANSPOSE(r[0], r[1], r[2], r[3]);
    one_inverse_pass(r);
    ONE_TRANSPOSE(r[0], r[1], r[2], r[3]);
    const __m128i four = _mm_set1_epi16(4);
    for (int y = 0; y < 4; y++) r[y] = _mm_add_epi16(p[y], _mm_srai_epi16(_mm_add_epi16(r[y], four), 3));
    const __m128i result = _mm_packus_epi16(_mm_unpacklo_epi64(r[0], r[1]), _mm_unpacklo_epi64(r[2], r[3]));
    const __m128i last_column = _mm_setr_epi8(15, 15, 11, 7, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    around->left[row] = _mm_shuffle_epi8(result, last_column);
    if (row < 3) around->above[row + 1] = with_block(around->above[row + 1], _mm_shuffle_epi32(result, 0xff), x);
    uint8_t *out = reconstruction + row * 4 * 16 + x * 4;
    const int lines[4] = {
        _mm_cvtsi128_si32(result), _mm_extract_epi32(result, 1), _mm_extract_epi32(result, 2), _mm_extract_epi32(result, 3)
    };
    for (int y = 0; y < 4; y++) memcpy(out + y * 16, &lines[y], 4);
    return (uint32_t)!_mm256_testz_si256(all, all) << block;
}

static uint32_t code_subblocks(
    const uint8_t *source, ptrdiff_t stride, const macroblock_edges *edges, const uint8_t *modes,
    const frame_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
) {
    const __m128i upwards = _mm_setr_epi8(3, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    subblock_surroundings around;
    around.above[0] = _mm_loadu_si128((const __m128i *)edges->above);
    around.corner[0] = _mm_set1_epi8((char)edges->corner[0]);
    for (int row = 0; row < 4; row++) {
        around.left[row] = _mm_shuffle_epi8(four_samples(edges->left + 4 * row), upwards);
        if (row > 0) {
            around.above[row] = _mm_setzero_si128();
            around.corner[row] = _mm_set1_epi8((char)edges->left[4 * row - 1]);
        }
    }
    around.above_right = four_samples(edges->above + 16);
    uint32_t nonzero = 0;
    // Each block after those to the left, above, and above to the right. Neighbours in this order do not wait for each other, so
    // that the processor works on two at a time.
#define CODE(block)                                                                                                            \
    nonzero |= code_subblock(                                                                                                  \
        block, source, stride, modes[block], &quantizer->y4, &around, levels[block], reconstruction                           \
    )
    CODE(0), CODE(1), CODE(2), CODE(4), CODE(3), CODE(5), CODE(6), CODE(8);
    CODE(7), CODE(9), CODE(10), CODE(12), CODE(11), CODE(13), CODE(14), CODE(15);
#undef CODE
    return nonzero;
}
