#include "coder.h"

// The normal loop filter (RFC 6386, section 15.3), as a decoder applies it after the whole frame is there. An encoder of
// keyframes needs it only to know what a viewer sees: no other frame is predicted from the result.

typedef struct {
    int interior, high_variance;
} filter_limits;

static inline int clamp(int value) { return value < -128 ? -128 : value > 127 ? 127 : value; }
static inline int distance(int a, int b) { return a < b ? b - a : a - b; }
static inline int as_signed(uint8_t value) { return (int)value - 128; }
static inline uint8_t as_sample(int value) { return (uint8_t)(clamp(value) + 128); }

static inline int is_filtered(const uint8_t *q, ptrdiff_t step, int edge, int interior) {
    return distance(q[-step], q[0]) * 2 + distance(q[-2 * step], q[step]) / 2 <= edge
        && distance(q[-4 * step], q[-3 * step]) <= interior && distance(q[-3 * step], q[-2 * step]) <= interior
        && distance(q[-2 * step], q[-step]) <= interior && distance(q[step], q[0]) <= interior
        && distance(q[2 * step], q[step]) <= interior && distance(q[3 * step], q[2 * step]) <= interior;
}

static inline int has_high_variance(const uint8_t *q, ptrdiff_t step, int threshold) {
    return distance(q[-2 * step], q[-step]) > threshold || distance(q[step], q[0]) > threshold;
}

/// Moves the two samples at an edge towards each other; gives back what the one behind it was moved by.
static inline int adjust(uint8_t *q, ptrdiff_t step, int uses_outer) {
    int p0 = as_signed(q[-step]), q0 = as_signed(q[0]);
    int outer = uses_outer ? clamp(as_signed(q[-2 * step]) - as_signed(q[step])) : 0;
    int a = clamp(outer + 3 * (q0 - p0));
    int behind = clamp(a + 4) >> 3, before = clamp(a + 3) >> 3;
    q[0] = as_sample(q0 - behind);
    q[-step] = as_sample(p0 + before);
    return behind;
}

/// An edge between blocks of a macroblock; `along` leads from one of its samples to the next.
static void filter_inner(uint8_t *q, ptrdiff_t step, ptrdiff_t along, int count, int edge, filter_limits limits) {
    for (int i = 0; i < count; i++, q += along) {
        if (!is_filtered(q, step, edge, limits.interior)) continue;
        int is_high = has_high_variance(q, step, limits.high_variance);
        int a = (adjust(q, step, is_high) + 1) >> 1;
        if (is_high) continue;
        q[step] = as_sample(as_signed(q[step]) - a);
        q[-2 * step] = as_sample(as_signed(q[-2 * step]) + a);
    }
}

/// An edge between macroblocks.
static void filter_outer(uint8_t *q, ptrdiff_t step, ptrdiff_t along, int count, int edge, filter_limits limits) {
    for (int i = 0; i < count; i++, q += along) {
        if (!is_filtered(q, step, edge, limits.interior)) continue;
        if (has_high_variance(q, step, limits.high_variance)) {
            adjust(q, step, 1);
            continue;
        }
        int p[3] = {as_signed(q[-step]), as_signed(q[-2 * step]), as_signed(q[-3 * step])};
        int n[3] = {as_signed(q[0]), as_signed(q[step]), as_signed(q[2 * step])};
        int w = clamp(clamp(p[1] - n[1]) + 3 * (n[0] - p[0]));
        static const int weight[3] = {27, 18, 9};
        for (int k = 0; k < 3; k++) {
            int a = clamp((weight[k] * w + 63) >> 7);
            q[k * step] = as_sample(n[k] - a);
            q[-(k + 1) * step] = as_sample(p[k] + a);
        }
    }
}

void vp8_coder_loop_filter(
    const vp8_coder *coder, const vp8_reconstruction *planes, int32_t level, int32_t sharpness
) {
    if (level == 0) return;
    int32_t interior = level;
    if (sharpness > 0) {
        interior >>= sharpness > 4 ? 2 : 1;
        if (interior > 9 - sharpness) interior = 9 - sharpness;
    }
    if (interior < 1) interior = 1;
    const filter_limits limits = {interior, level >= 40 ? 2 : level >= 15 ? 1 : 0};
    const int outer = (level + 2) * 2 + interior, inner = level * 2 + interior;
    const ptrdiff_t ys = planes->y_stride, cs = planes->uv_stride;
    const macroblock *macroblock = coder->macroblocks;
    for (int32_t row = 0; row < coder->rows; row++) {
        for (int32_t column = 0; column < coder->columns; column++, macroblock++) {
            int filters_inside = !macroblock->is_skipped || macroblock->luma_mode == MODE_B;
            uint8_t *y = planes->y + (ptrdiff_t)row * 16 * ys + column * 16;
            uint8_t *u = planes->u + (ptrdiff_t)row * 8 * cs + column * 8;
            uint8_t *v = planes->v + (ptrdiff_t)row * 8 * cs + column * 8;
            if (column > 0) {
                filter_outer(y, 1, ys, 16, outer, limits);
                filter_outer(u, 1, cs, 8, outer, limits);
                filter_outer(v, 1, cs, 8, outer, limits);
            }
            if (filters_inside) {
                for (int x = 4; x < 16; x += 4) filter_inner(y + x, 1, ys, 16, inner, limits);
                filter_inner(u + 4, 1, cs, 8, inner, limits);
                filter_inner(v + 4, 1, cs, 8, inner, limits);
            }
            if (row > 0) {
                filter_outer(y, ys, 1, 16, outer, limits);
                filter_outer(u, cs, 1, 8, outer, limits);
                filter_outer(v, cs, 1, 8, outer, limits);
            }
            if (filters_inside) {
                for (int line = 4; line < 16; line += 4) filter_inner(y + line * ys, ys, 1, 16, inner, limits);
                filter_inner(u + 4 * cs, cs, 1, 8, inner, limits);
                filter_inner(v + 4 * cs, cs, 1, 8, inner, limits);
            }
        }
    }
}
