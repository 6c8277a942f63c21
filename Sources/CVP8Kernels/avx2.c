#include "kernels.h"
#include "subblock.h"
#include "tables.h"
#include "transform.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt")
#endif

#define INLINE inline __attribute__((always_inline))
#define V __m256i
#define BLOCK_ROWS 1
#define SAMPLE_ROWS 2
#define ADD _mm256_add_epi16
#define SUB _mm256_sub_epi16
#define OR _mm256_or_si256
#define SET_16(x) _mm256_set1_epi16((short)(x))
#define ABSOLUTE _mm256_abs_epi16
#define MULTIPLY_HIGH _mm256_mulhi_epi16
#define MULTIPLY_HIGH_UNSIGNED _mm256_mulhi_epu16
#define MULTIPLY_LOW _mm256_mullo_epi16
#define MULTIPLY_ROUNDED _mm256_mulhrs_epi16
#define SHIFT_LEFT _mm256_slli_epi16
#define SHIFT_RIGHT _mm256_srai_epi16
#define WITH_SIGN _mm256_sign_epi16
#define UNPACK_LOW_16 _mm256_unpacklo_epi16
#define UNPACK_HIGH_16 _mm256_unpackhi_epi16
#define UNPACK_LOW_32 _mm256_unpacklo_epi32
#define UNPACK_HIGH_32 _mm256_unpackhi_epi32
#define UNPACK_LOW_64 _mm256_unpacklo_epi64
#define UNPACK_HIGH_64 _mm256_unpackhi_epi64
#define REPEAT_64(pointer) _mm256_set1_epi64x(load_64(pointer))
#define REPEAT_128 _mm256_broadcastsi128_si256
#define ZERO _mm256_setzero_si256()
#define LOAD(pointer) _mm256_loadu_si256((const __m256i *)(pointer))
#define STORE(pointer, value) _mm256_storeu_si256((__m256i *)(pointer), value)
#define SHUFFLE_8 _mm256_shuffle_epi8
#define ADD_8 _mm256_adds_epu8
#define SUBTRACT_8 _mm256_subs_epu8
#define SAD _mm256_sad_epu8
#define ADD_64 _mm256_add_epi64
#define SHIFT_LEFT_64 _mm256_slli_epi64
#define SUM_64 sum_64
#define LOAD_SAMPLES(pointer, stride) ((void)(stride), load_samples(pointer))
#define LOAD_CHROMA(u, u_stride, v, v_stride) ((void)(u_stride), (void)(v_stride), load_chroma(u, v))
#define LOAD_ROWS load_rows
#define LOAD_CHROMA_ROWS load_chroma_rows
#define STORE_SAMPLES store_samples
#define STORE_LUMA_LEVELS store_luma_levels
#define STORE_CHROMA_LEVELS store_chroma_levels
#define GATHER_DC(r, low, high)                                                                                                \
    do {                                                                                                                       \
        low = two_rows_of_dc(r[0][0], r[1][0]);                                                                                \
        high = two_rows_of_dc(r[2][0], r[3][0]);                                                                               \
    } while (0)
#define SCATTER_DC(group, low, high) scatter_dc(group, low, high)

static INLINE long long load_64(const void *pointer) {
    long long value;
    memcpy(&value, pointer, sizeof value);
    return value;
}

static INLINE uint64_t sum_64(V value) {
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
}

static INLINE V load_samples(const uint8_t *source) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)source));
}

static INLINE __m128i chroma_row(const uint8_t *u, const uint8_t *v) {
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)u), _mm_loadl_epi64((const __m128i *)v));
}

static INLINE V load_chroma(const uint8_t *u, const uint8_t *v) { return _mm256_cvtepu8_epi16(chroma_row(u, v)); }

static INLINE V load_rows(const uint8_t *source, ptrdiff_t stride) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)source)),
        _mm_loadu_si128((const __m128i *)(source + stride)), 1
    );
}

static INLINE V load_chroma_rows(const uint8_t *u, ptrdiff_t u_stride, const uint8_t *v, ptrdiff_t v_stride) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(chroma_row(u, v)), chroma_row(u + u_stride, v + v_stride), 1);
}

static INLINE void store_samples(uint8_t *reconstruction, const V r[4]) {
    for (int y = 0; y < 4; y += 2) {
        V bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(r[y], r[y + 1]), 0xd8);
        STORE(reconstruction + y * 16, bytes);
    }
}

/// The first word of each block in two registers, with the transform's extra scale taken off.
static INLINE __m128i two_rows_of_dc(V first, V second) {
    const V pick = _mm256_setr_epi8(
        0, 1, 8, 9, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 8, 9, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
    );
    V both = _mm256_unpacklo_epi32(_mm256_shuffle_epi8(first, pick), _mm256_shuffle_epi8(second, pick));
    // In each half: two of the first row, two of the second.
    __m128i dc = _mm_unpacklo_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    return _mm_srai_epi16(_mm_add_epi16(dc, _mm_set1_epi16(4)), 3);
}

static INLINE V scatter_dc(int group, __m128i low, __m128i high) {
    __m128i half = group < 2 ? low : high;
    return _mm256_cvtepu16_epi64(group & 1 ? _mm_unpackhi_epi64(half, half) : half);
}

static INLINE __m256i zigzag(__m256i rows) {
    // What stays in its half, and what comes from the other. Rows 0 and 1 are words 0 to 7.
    const __m256i own = _mm256_setr_epi8(
        0, 1, 2, 3, 8, 9, -1, -1, 10, 11, 4, 5, 6, 7, 12, 13,  //
        2, 3, 8, 9, 10, 11, 4, 5, -1, -1, 6, 7, 12, 13, 14, 15
    );
    const __m256i other = _mm256_setr_epi8(
        -1, -1, -1, -1, -1, -1, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1,  //
        -1, -1, -1, -1, -1, -1, -1, -1, 14, 15, -1, -1, -1, -1, -1, -1
    );
    __m256i swapped = _mm256_permute4x64_epi64(rows, 0x4e);
    return _mm256_or_si256(_mm256_shuffle_epi8(rows, own), _mm256_shuffle_epi8(swapped, other));
}

static INLINE uint32_t nonzero_words(__m256i value) {
    __m256i zero = _mm256_cmpeq_epi16(value, _mm256_setzero_si256());
    __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(zero), _mm256_extracti128_si256(zero, 1));
    return (uint32_t)_mm_movemask_epi8(bytes) ^ 0xffff;
}

/// The levels of four blocks, from four registers of one row each.
static INLINE uint32_t store_levels(const V r[4], int16_t *const blocks[4]) {
    const V even01 = UNPACK_LOW_64(r[0], r[1]), odd01 = UNPACK_HIGH_64(r[0], r[1]);
    const V even23 = UNPACK_LOW_64(r[2], r[3]), odd23 = UNPACK_HIGH_64(r[2], r[3]);
    const V results[4] = {
        zigzag(_mm256_permute2x128_si256(even01, even23, 0x20)), zigzag(_mm256_permute2x128_si256(odd01, odd23, 0x20)),
        zigzag(_mm256_permute2x128_si256(even01, even23, 0x31)), zigzag(_mm256_permute2x128_si256(odd01, odd23, 0x31)),
    };
    uint32_t nonzero = 0;
    for (int i = 0; i < 4; i++) {
        _mm256_store_si256((__m256i *)blocks[i], results[i]);
        nonzero |= (uint32_t)!_mm256_testz_si256(results[i], results[i]) << i;
    }
    return nonzero;
}

static INLINE uint32_t store_luma_levels(int16_t levels[][16], const V r[4]) {
    int16_t *const blocks[4] = {levels[0], levels[1], levels[2], levels[3]};
    return store_levels(r, blocks);
}

static INLINE uint32_t store_chroma_levels(int16_t levels[][16], const V r[4], int group) {
    int16_t *const blocks[4] = {levels[16 + group * 2], levels[17 + group * 2], levels[20 + group * 2],
                                levels[21 + group * 2]};
    uint32_t found = store_levels(r, blocks);
    return ((found & 3) | (found & 12) << 2) << (BLOCK_U + group * 2);
}

#include "wide.inc.h"

static void encode_lanes(bool_lanes *lanes, const uint16_t *const *symbols, const size_t *count) {
    static const uint16_t idle[SYMBOLS_AT_ONCE] = {IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL,
                                                   IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL, IDLE_SYMBOL};
    const uint16_t *source[8];
    size_t step[8];
    size_t rounds = fill_lanes(symbols, count, idle, source, step);
    // Two registers of four lanes: while one waits for a product, the other goes on.
    __m256i low[2], range[2], bits[2];
    for (int half = 0; half < 2; half++) {
        low[half] = _mm256_load_si256((const __m256i *)(lanes->low + 4 * half));
        range[half] = _mm256_load_si256((const __m256i *)(lanes->range + 4 * half));
        bits[half] = _mm256_load_si256((const __m256i *)(lanes->bits + 4 * half));
    }
    const __m256i one = _mm256_set1_epi64x(1), probability_mask = _mm256_set1_epi64x(0x1ff);
    const __m256i bit_mask = _mm256_set1_epi64x(0x8000), full = _mm256_set1_epi64x(27);
    // A float's exponent is the place of the highest bit: 127 + 7 when nothing is to be shifted.
    const __m256i normal = _mm256_set1_epi64x(127 + 7);
    for (; rounds > 0; rounds--) {
        __m128i turned[8];
        load_symbols(source, step, turned);
        for (int i = 0; i < SYMBOLS_AT_ONCE; i++) {
            for (int half = 0; half < 2; half++) {
                const __m256i symbol = _mm256_cvtepu16_epi64(half ? _mm_unpackhi_epi64(turned[i], turned[i]) : turned[i]);
                const __m256i is_one = _mm256_cmpeq_epi64(_mm256_and_si256(symbol, bit_mask), bit_mask);
                const __m256i probability = _mm256_and_si256(symbol, probability_mask);
                const __m256i product = _mm256_mul_epu32(_mm256_sub_epi64(range[half], one), probability);
                const __m256i split = _mm256_add_epi64(_mm256_srli_epi64(product, 8), one);
                low[half] = _mm256_add_epi64(low[half], _mm256_and_si256(split, is_one));
                range[half] = _mm256_blendv_epi8(split, _mm256_sub_epi64(range[half], split), is_one);
                const __m256i place = _mm256_srli_epi64(_mm256_castps_si256(_mm256_cvtepi32_ps(range[half])), 23);
                const __m256i shift = _mm256_sub_epi64(normal, place);
                range[half] = _mm256_sllv_epi64(range[half], shift);
                low[half] = _mm256_sllv_epi64(low[half], shift);
                bits[half] = _mm256_add_epi64(bits[half], shift);
            }
            // Four symbols add 28 bits at most, and a lane holds 55 beside its window.
            if ((i & 3) != 3) continue;
            const __m256i many = _mm256_or_si256(_mm256_cmpgt_epi64(bits[0], full), _mm256_cmpgt_epi64(bits[1], full));
            if (_mm256_testz_si256(many, many)) continue;
            for (int half = 0; half < 2; half++) {
                _mm256_store_si256((__m256i *)(lanes->low + 4 * half), low[half]);
                _mm256_store_si256((__m256i *)(lanes->bits + 4 * half), bits[half]);
            }
            flush_lanes(lanes);
            for (int half = 0; half < 2; half++) {
                low[half] = _mm256_load_si256((const __m256i *)(lanes->low + 4 * half));
                bits[half] = _mm256_load_si256((const __m256i *)(lanes->bits + 4 * half));
            }
        }
    }
    for (int half = 0; half < 2; half++) {
        _mm256_store_si256((__m256i *)(lanes->low + 4 * half), low[half]);
        _mm256_store_si256((__m256i *)(lanes->range + 4 * half), range[half]);
        _mm256_store_si256((__m256i *)(lanes->bits + 4 * half), bits[half]);
    }
    flush_lanes(lanes);
}

const vp8_kernels vp8_avx2_kernels = {
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
