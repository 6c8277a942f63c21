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
    const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, const segment_quantizer *quantizer,
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
    const segment_quantizer *quantizer, int16_t levels[BLOCK_COUNT][16], uint8_t *reconstruction
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
    const V *source, int count, __m128i above, __m128i left, __m128i corner, __m128i dc, const uint8_t (*rows)[64],
    const uint32_t *mode_cost, uint8_t *prediction, uint32_t *cost
) {
    const V above_v = REPEAT_128(above), left_v = REPEAT_128(left), corner_v = REPEAT_128(corner), dc_v = REPEAT_128(dc);
    V sum_dc = ZERO, sum_v = ZERO, sum_h = ZERO, sum_tm = ZERO;
    for (int i = 0; i < count; i++) {
        V h = SHUFFLE_8(left_v, LOAD(rows[0] + i * sizeof(V)));
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
            V h = SHUFFLE_8(left_v, LOAD(rows[0] + i * sizeof(V)));
            V rise = SUBTRACT_8(h, corner_v), fall = SUBTRACT_8(corner_v, h);
            result = best == MODE_H ? h : SUBTRACT_8(ADD_8(above_v, rise), fall);
        }
        STORE(prediction + i * sizeof(V), result);
    }
    return best;
}

#define ROW_OF(n) {n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n}
/// Which sample of the left column each sample of a row is predicted from, row by row.
static const _Alignas(64) uint8_t luma_rows[4][64] = {
#define R(n) n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n
    {R(0), R(1), R(2), R(3)}, {R(4), R(5), R(6), R(7)}, {R(8), R(9), R(10), R(11)}, {R(12), R(13), R(14), R(15)},
#undef R
};
static const _Alignas(64) uint8_t chroma_rows[2][64] = {
#define R(n) n, n, n, n, n, n, n, n, n + 8, n + 8, n + 8, n + 8, n + 8, n + 8, n + 8, n + 8
    {R(0), R(1), R(2), R(3)}, {R(4), R(5), R(6), R(7)},
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

static uint32_t activity(const uint8_t *source, ptrdiff_t stride) {
    __m256i squares = _mm256_setzero_si256(), sums = _mm256_setzero_si256();
    const __m256i ones = _mm256_set1_epi16(1);
    for (int y = 0; y < 16; y++) {
        __m256i row = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(source + y * stride)));
        squares = _mm256_add_epi32(squares, _mm256_madd_epi16(row, row));
        sums = _mm256_add_epi16(sums, row);
    }
    sums = _mm256_madd_epi16(sums, ones);
    // Sum and squares side by side, then pairs, then halves.
    __m256i both = _mm256_hadd_epi32(sums, squares);
    __m128i folded = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    folded = _mm_hadd_epi32(folded, folded);
    uint32_t sum = (uint32_t)_mm_extract_epi32(folded, 0), square = (uint32_t)_mm_extract_epi32(folded, 1);
    return square - (uint32_t)(((uint64_t)sum * sum) >> 8);
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

static uint16_t *write_tokens(
    const token_table *table, int type, int context, const int16_t *levels, uint16_t *symbols, token_counts *counts
) {
    const int first = type == TYPE_Y_AFTER_Y2;
    const __m256i level = _mm256_load_si256((const __m256i *)levels);
    const uint32_t nonzero = nonzero_words(level);
    if (nonzero == 0) {
        uint32_t column = band_columns[type][first] + (uint32_t)context * 16 + COLUMN_END;
        if (counts) counts->columns[0][column]++;
        *symbols = table->symbols[0][column][0];
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
    const uint8_t *length = table->length[0];
    uint8_t *out = (uint8_t *)symbols;
    if (_mm256_testz_si256(large, large)) {
        for (int n = first; n <= last; n++) {
            uint32_t c = columns[n];
            _mm_storeu_si128((__m128i *)out, _mm_loadu_si128((const __m128i *)table->symbols[0][c]));
            out += length[c];
        }
        if (counts) {
            for (int n = first; n <= last; n++) counts->columns[0][columns[n]]++;
        }
    } else {
        for (int n = first; n <= last; n++) {
            uint32_t c = columns[n];
            int value = levels[n];
            if (value > TABLE_LEVEL || value < -TABLE_LEVEL) {
                out = (uint8_t *)vp8_write_large_token(table, (int)(c >> 4), value, (uint16_t *)(void *)out, counts);
                continue;
            }
            if (counts) counts->columns[0][c]++;
            _mm_storeu_si128((__m128i *)out, _mm_loadu_si128((const __m128i *)table->symbols[0][c]));
            out += length[c];
        }
    }
    symbols = (uint16_t *)(void *)out;
    if (last < 15) {
        uint32_t c = columns[last + 1] + COLUMN_END;
        if (counts) counts->columns[0][c]++;
        *symbols++ = table->symbols[0][c][0];
    }
    return symbols;
}

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
