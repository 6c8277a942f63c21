#include "kernels.h"
#include "subblock.h"
#include "tables.h"
#include "transform.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push( \
    __attribute__((target("avx2,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vbmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vbmi")
#endif

#define INLINE inline __attribute__((always_inline))
#define V __m512i
#define BLOCK_ROWS 2
#define SAMPLE_ROWS 4
#define ADD _mm512_add_epi16
#define SUB _mm512_sub_epi16
#define OR _mm512_or_si512
#define SET_16(x) _mm512_set1_epi16((short)(x))
#define ABSOLUTE _mm512_abs_epi16
#define MULTIPLY_HIGH _mm512_mulhi_epi16
#define MULTIPLY_HIGH_UNSIGNED _mm512_mulhi_epu16
#define MULTIPLY_LOW _mm512_mullo_epi16
#define MULTIPLY_ROUNDED _mm512_mulhrs_epi16
#define SHIFT_LEFT _mm512_slli_epi16
#define SHIFT_RIGHT _mm512_srai_epi16
#define WITH_SIGN(value, sign) _mm512_mask_sub_epi16(value, _mm512_movepi16_mask(sign), _mm512_setzero_si512(), value)
#define UNPACK_LOW_16 _mm512_unpacklo_epi16
#define UNPACK_HIGH_16 _mm512_unpackhi_epi16
#define UNPACK_LOW_32 _mm512_unpacklo_epi32
#define UNPACK_HIGH_32 _mm512_unpackhi_epi32
#define UNPACK_LOW_64 _mm512_unpacklo_epi64
#define UNPACK_HIGH_64 _mm512_unpackhi_epi64
#define REPEAT_64(pointer) _mm512_set1_epi64(load_64(pointer))
#define REPEAT_128 _mm512_broadcast_i32x4
#define ZERO _mm512_setzero_si512()
#define LOAD(pointer) _mm512_loadu_si512(pointer)
#define STORE(pointer, value) _mm512_storeu_si512(pointer, value)
#define SHUFFLE_8 _mm512_shuffle_epi8
#define ADD_8 _mm512_adds_epu8
#define SUBTRACT_8 _mm512_subs_epu8
#define SAD _mm512_sad_epu8
#define ADD_64 _mm512_add_epi64
#define SHIFT_LEFT_64 _mm512_slli_epi64
#define SUM_64 sum_64
#define LOAD_SAMPLES load_samples
#define LOAD_CHROMA load_chroma
#define LOAD_ROWS load_rows
#define LOAD_CHROMA_ROWS load_chroma_rows
#define STORE_SAMPLES store_samples
#define STORE_LUMA_LEVELS store_luma_levels
#define STORE_CHROMA_LEVELS store_chroma_levels
#define GATHER_DC(r, low, high)                                                                                                \
    do {                                                                                                                       \
        const __m128i half = _mm_set1_epi16(4);                                                                                \
        low = _mm_srai_epi16(_mm_add_epi16(_mm512_cvtepi64_epi16(r[0][0]), half), 3);                                           \
        high = _mm_srai_epi16(_mm_add_epi16(_mm512_cvtepi64_epi16(r[1][0]), half), 3);                                          \
    } while (0)
#define SCATTER_DC(group, low, high) _mm512_cvtepu16_epi64((group) ? (high) : (low))

static INLINE long long load_64(const void *pointer) {
    long long value;
    memcpy(&value, pointer, sizeof value);
    return value;
}

static INLINE uint64_t sum_64(V value) {
    __m256i half = _mm256_add_epi64(_mm512_castsi512_si256(value), _mm512_extracti64x4_epi64(value, 1));
    __m128i quarter = _mm_add_epi64(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(quarter, _mm_unpackhi_epi64(quarter, quarter)));
}

/// A row of 16 samples, and the one four rows below, as words.
static INLINE V load_samples(const uint8_t *source, ptrdiff_t stride) {
    __m128i first = _mm_loadu_si128((const __m128i *)source);
    __m256i both = _mm256_inserti128_si256(
        _mm256_castsi128_si256(first), _mm_loadu_si128((const __m128i *)(source + 4 * stride)), 1
    );
    return _mm512_cvtepu8_epi16(both);
}

static INLINE __m128i chroma_row(const uint8_t *u, const uint8_t *v) {
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)u), _mm_loadl_epi64((const __m128i *)v));
}

static INLINE V load_chroma(const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride) {
    __m256i both = _mm256_inserti128_si256(
        _mm256_castsi128_si256(chroma_row(u, v)), chroma_row(u + 4 * u_stride, v + 4 * v_stride), 1
    );
    return _mm512_cvtepu8_epi16(both);
}

static INLINE V four_rows(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

static INLINE V load_rows(const uint8_t *source, ptrdiff_t stride) {
    return four_rows(
        _mm_loadu_si128((const __m128i *)source), _mm_loadu_si128((const __m128i *)(source + stride)),
        _mm_loadu_si128((const __m128i *)(source + 2 * stride)), _mm_loadu_si128((const __m128i *)(source + 3 * stride))
    );
}

static INLINE V load_chroma_rows(const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride) {
    return four_rows(
        chroma_row(u, v), chroma_row(u + u_stride, v + v_stride), chroma_row(u + 2 * u_stride, v + 2 * v_stride),
        chroma_row(u + 3 * u_stride, v + 3 * v_stride)
    );
}

static INLINE void store_samples(uint8_t *reconstruction, const V r[4]) {
    for (int y = 0; y < 4; y++) {
        __m256i bytes = _mm512_cvtusepi16_epi8(_mm512_max_epi16(r[y], ZERO));
        _mm_storeu_si128((__m128i *)(reconstruction + y * 16), _mm256_castsi256_si128(bytes));
        _mm_storeu_si128((__m128i *)(reconstruction + (y + 4) * 16), _mm256_extracti128_si256(bytes, 1));
    }
}

static INLINE __m256i zigzag(__m256i rows) {
    const __m256i order = _mm256_setr_epi16(0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15);
    return _mm256_permutexvar_epi16(order, rows);
}

static INLINE uint32_t nonzero_words(__m256i value) { return _mm256_test_epi16_mask(value, value); }

/// The levels of eight blocks, from four registers of one row each: the blocks of the first row and of the second.
static INLINE uint32_t store_levels(const V r[4], int16_t *const blocks[8]) {
    // In each lane, the first block's rows 0 and 1, and 2 and 3; then the second's.
    const V even01 = UNPACK_LOW_64(r[0], r[1]), odd01 = UNPACK_HIGH_64(r[0], r[1]);
    const V even23 = UNPACK_LOW_64(r[2], r[3]), odd23 = UNPACK_HIGH_64(r[2], r[3]);
    // Zigzag of rows 0 and 1 in one register's lane and rows 2 and 3 in the other's.
#define Z(lane, n) ((lane) * 8 + ((n) & 7) + ((n) & 8 ? 32 : 0))
#define ORDER(l)                                                                                                               \
    Z(l, 0), Z(l, 1), Z(l, 4), Z(l, 8), Z(l, 5), Z(l, 2), Z(l, 3), Z(l, 6), Z(l, 9), Z(l, 12), Z(l, 13), Z(l, 10), Z(l, 7),        \
        Z(l, 11), Z(l, 14), Z(l, 15)
    static const _Alignas(64) uint16_t order_low[32] = {ORDER(0), ORDER(1)}, order_high[32] = {ORDER(2), ORDER(3)};
#undef ORDER
#undef Z
    const V low = _mm512_load_si512(order_low), high = _mm512_load_si512(order_high);
    const V results[4] = {
        _mm512_permutex2var_epi16(even01, low, even23), _mm512_permutex2var_epi16(even01, high, even23),
        _mm512_permutex2var_epi16(odd01, low, odd23), _mm512_permutex2var_epi16(odd01, high, odd23),
    };
    // Blocks 0 and 2, 4 and 6, 1 and 3, 5 and 7.
    static const uint8_t block_of[4][2] = {{0, 2}, {4, 6}, {1, 3}, {5, 7}};
    uint32_t nonzero = 0;
    for (int i = 0; i < 4; i++) {
        _mm256_store_si256((__m256i *)blocks[block_of[i][0]], _mm512_castsi512_si256(results[i]));
        _mm256_store_si256((__m256i *)blocks[block_of[i][1]], _mm512_extracti64x4_epi64(results[i], 1));
        uint32_t words = _mm512_test_epi16_mask(results[i], results[i]);
        nonzero |= (uint32_t)((words & 0xffff) != 0) << block_of[i][0];
        nonzero |= (uint32_t)((words >> 16) != 0) << block_of[i][1];
    }
    return nonzero;
}

static INLINE uint32_t store_luma_levels(int16_t levels[][16], const V r[4]) {
    int16_t *const blocks[8] = {levels[0], levels[1], levels[2], levels[3], levels[4], levels[5], levels[6], levels[7]};
    return store_levels(r, blocks);
}

static INLINE uint32_t store_chroma_levels(int16_t levels[][16], const V r[4], int group) {
    (void)group;
    // Two blocks of U and two of V in the first row, then in the second.
    int16_t *const blocks[8] = {levels[16], levels[17], levels[20], levels[21],
                                levels[18], levels[19], levels[22], levels[23]};
    uint32_t found = store_levels(r, blocks);
    return ((found & 0x03) | (found & 0x30) >> 2 | (found & 0x0c) << 2 | (found & 0xc0)) << BLOCK_U;
}

#include "wide.inc.h"

static void encode_lanes(bool_lanes *lanes, const uint16_t *const *symbols, const size_t *count) {
    static const uint16_t idle[SYMBOLS_AT_ONCE] = {IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL,
                                                   IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL};
    const uint16_t *source[8];
    size_t step[8];
    size_t rounds = fill_lanes(symbols, count, idle, source, step);
    __m512i low = _mm512_load_si512(lanes->low), range = _mm512_load_si512(lanes->range);
    __m512i bits = _mm512_load_si512(lanes->bits);
    const __m512i one = _mm512_set1_epi64(1), probability_mask = _mm512_set1_epi64(0x1ff);
    const __m512i bit_mask = _mm512_set1_epi64(0x8000), normal = _mm512_set1_epi64(56), full = _mm512_set1_epi64(27);
    for (; rounds > 0; rounds--) {
        __m128i turned[8];
        load_symbols(source, step, turned);
        for (int i = 0; i < SYMBOLS_AT_ONCE; i++) {
            const __m512i symbol = _mm512_cvtepu16_epi64(turned[i]);
            const __mmask8 is_one = _mm512_test_epi64_mask(symbol, bit_mask);
            const __m512i probability = _mm512_and_si512(symbol, probability_mask);
            const __m512i product = _mm512_mul_epu32(_mm512_sub_epi64(range, one), probability);
            const __m512i split = _mm512_add_epi64(_mm512_srli_epi64(product, 8), one);
            low = _mm512_mask_add_epi64(low, is_one, low, split);
            range = _mm512_mask_sub_epi64(split, is_one, range, split);
            const __m512i shift = _mm512_sub_epi64(_mm512_lzcnt_epi64(range), normal);
            range = _mm512_sllv_epi64(range, shift);
            low = _mm512_sllv_epi64(low, shift);
            bits = _mm512_add_epi64(bits, shift);
            // Four symbols add 28 bits at most, and a lane holds 55 beside its window.
            if ((i & 3) == 3 && _mm512_cmpgt_epi64_mask(bits, full)) {
                _mm512_store_si512(lanes->low, low);
                _mm512_store_si512(lanes->bits, bits);
                flush_lanes(lanes);
                low = _mm512_load_si512(lanes->low);
                bits = _mm512_load_si512(lanes->bits);
            }
        }
    }
    _mm512_store_si512(lanes->low, low);
    _mm512_store_si512(lanes->range, range);
    _mm512_store_si512(lanes->bits, bits);
    flush_lanes(lanes);
}

const vp8_kernels vp8_avx512_kernels = {
    .predict_luma = predict_luma,
    .predict_chroma = predict_chroma,
    .code_luma = code_luma,
    .code_chroma = code_chroma,
    .choose_subblock_modes = choose_subblock_modes,
    .code_subblocks = code_subblocks,
    .write_macroblock = write_macroblock,
    .encode_lanes = encode_lanes,
};

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
