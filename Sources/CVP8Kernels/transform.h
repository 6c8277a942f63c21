#ifndef VP8_TRANSFORM_H
#define VP8_TRANSFORM_H

#include <string.h>

#include "kernels.h"
#include "tables.h"

// One block at a time, in plain C. The vector kernels compute the same numbers.

/// Half of a 16-bit product's upper part, rounded (what pmulhrsw does).
static inline int vp8_scaled(int value, int factor) { return (value * factor + 0x4000) >> 15; }

// sqrt(2) cos(pi / 8) - 1 and sqrt(2) sin(pi / 8), in 1/32768.
enum { FORWARD_COSINE = 10045, FORWARD_SINE = 17734 };

static inline void vp8_forward_dct_line(const int *in, int *out) {
    int a = in[0] + in[3], b = in[1] + in[2], c = in[1] - in[2], d = in[0] - in[3];
    out[0] = a + b;
    out[1] = d + vp8_scaled(d, FORWARD_COSINE) + vp8_scaled(c, FORWARD_SINE);
    out[2] = a - b;
    out[3] = vp8_scaled(d, FORWARD_SINE) - c - vp8_scaled(c, FORWARD_COSINE);
}

/// Transforms source - prediction. The result is eight times the scale of the bitstream's coefficients, so that rounding
/// inside loses nothing: at most 16320.
static inline void vp8_forward_dct(
    const uint8_t *source, ptrdiff_t stride, const uint8_t *prediction, int16_t *coefficients
) {
    int lines[4][4], column[4], out[4];
    for (int y = 0; y < 4; y++) {
        int difference[4];
        for (int x = 0; x < 4; x++) difference[x] = (source[y * stride + x] - prediction[y * 16 + x]) * 4;
        vp8_forward_dct_line(difference, lines[y]);
    }
    for (int x = 0; x < 4; x++) {
        for (int y = 0; y < 4; y++) column[y] = lines[y][x];
        vp8_forward_dct_line(column, out);
        for (int y = 0; y < 4; y++) coefficients[y * 4 + x] = (int16_t)out[y];
    }
}

/// Twice the scale of the bitstream: at most 32640.
static inline void vp8_forward_wht(const int16_t *dc, int16_t *y2) {
    int lines[16];
    for (int y = 0; y < 4; y++) {
        const int16_t *in = dc + y * 4;
        int a = in[0] + in[3], b = in[1] + in[2], c = in[1] - in[2], d = in[0] - in[3];
        lines[y * 4] = a + b;
        lines[y * 4 + 1] = c + d;
        lines[y * 4 + 2] = a - b;
        lines[y * 4 + 3] = d - c;
    }
    for (int x = 0; x < 4; x++) {
        int *in = lines + x;
        int a = in[0] + in[12], b = in[4] + in[8], c = in[4] - in[8], d = in[0] - in[12];
        y2[x] = (int16_t)(a + b);
        y2[x + 4] = (int16_t)(c + d);
        y2[x + 8] = (int16_t)(a - b);
        y2[x + 12] = (int16_t)(d - c);
    }
}

/// Quantizes in place: coefficients become what the decoder will see, levels are in zigzag order.
static inline int vp8_quantize(int16_t *coefficients, const block_quantizer *quantizer, int16_t *levels) {
    int any = 0;
    for (int n = 0; n < 16; n++) {
        int position = vp8_zigzag[n];
        int coefficient = coefficients[position];
        uint32_t magnitude = (uint32_t)(coefficient < 0 ? -coefficient : coefficient);
        uint32_t value = ((magnitude + quantizer->rounding[position]) * quantizer->reciprocal[position]) >> 16;
        int level = coefficient < 0 ? -(int)value : (int)value;
        levels[n] = (int16_t)level;
        coefficients[position] = (int16_t)(level * quantizer->step[position]);
        any |= level;
    }
    return any != 0;
}

/// Section 14.3.
static inline void vp8_inverse_wht(const int16_t *y2, int16_t *dc) {
    int lines[16];
    for (int x = 0; x < 4; x++) {
        int a = y2[x] + y2[12 + x], b = y2[4 + x] + y2[8 + x];
        int c = y2[4 + x] - y2[8 + x], d = y2[x] - y2[12 + x];
        lines[x] = a + b;
        lines[4 + x] = c + d;
        lines[8 + x] = a - b;
        lines[12 + x] = d - c;
    }
    for (int y = 0; y < 4; y++) {
        const int *in = lines + y * 4;
        int a = in[0] + in[3], b = in[1] + in[2], c = in[1] - in[2], d = in[0] - in[3];
        dc[y * 4] = (int16_t)((a + b + 3) >> 3);
        dc[y * 4 + 1] = (int16_t)((c + d + 3) >> 3);
        dc[y * 4 + 2] = (int16_t)((a - b + 3) >> 3);
        dc[y * 4 + 3] = (int16_t)((d - c + 3) >> 3);
    }
}

static inline void vp8_inverse_dct_line(const int *in, int *out) {
    int a = in[0] + in[2], b = in[0] - in[2];
    int c = ((in[1] * 35468) >> 16) - (in[3] + ((in[3] * 20091) >> 16));
    int d = in[1] + ((in[1] * 20091) >> 16) + ((in[3] * 35468) >> 16);
    out[0] = a + d;
    out[1] = b + c;
    out[2] = b - c;
    out[3] = a - d;
}

/// Section 14.4: columns first, as the rounding demands.
static inline void vp8_inverse_dct(const int16_t *coefficients, const uint8_t *prediction, uint8_t *reconstruction) {
    int lines[4][4], in[4], out[4];
    for (int x = 0; x < 4; x++) {
        for (int y = 0; y < 4; y++) in[y] = coefficients[y * 4 + x];
        vp8_inverse_dct_line(in, out);
        for (int y = 0; y < 4; y++) lines[y][x] = out[y];
    }
    for (int y = 0; y < 4; y++) {
        vp8_inverse_dct_line(lines[y], out);
        for (int x = 0; x < 4; x++) {
            int value = prediction[y * 16 + x] + ((out[x] + 4) >> 3);
            reconstruction[y * 16 + x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
    }
}

/// Moves the whole bytes of a lane out; what is left is below 8 bits beside the window.
static inline uint8_t *vp8_flush_lane(uint8_t *next, uint64_t *low, uint32_t *bits) {
    uint32_t count = *bits >> 3, rest = *bits & 7;
    if (count == 0) return next;
    uint64_t top = *low >> (8 + rest);
    *low &= ((uint64_t)1 << (8 + rest)) - 1;
    *bits = rest;
    if (top >> (8 * count)) {
        uint8_t *carry = next - 1;
        while (*carry == 0xff) *carry-- = 0;
        (*carry)++;
    }
    uint64_t bytes = __builtin_bswap64(top << (64 - 8 * count));
    memcpy(next, &bytes, 8);
    return next + count;
}

#endif
