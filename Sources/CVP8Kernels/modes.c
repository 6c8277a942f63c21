#include <stdlib.h>

#include "coder.h"
#include "tables.h"
#include "transform.h"

// The first partition: a boolean encoder, and the header of each macroblock (section 19.3).

void vp8_bool_encoder_start(vp8_bool_encoder *encoder) {
    encoder->low = 0;
    encoder->range = 255;
    encoder->bits = 0;
    encoder->count = 0;
    encoder->failed = false;
}

static bool make_room(vp8_bool_encoder *encoder) {
    if (encoder->count + 17 <= encoder->capacity) return true;
    size_t capacity = encoder->capacity * 2 + 4096;
    uint8_t *bytes = realloc(encoder->bytes, capacity);
    if (!bytes) {
        encoder->failed = true;
        encoder->bits = 0;
        encoder->low = 0;
        return false;
    }
    encoder->bytes = bytes;
    encoder->capacity = capacity;
    return true;
}

static void move_out(vp8_bool_encoder *encoder) {
    if (!make_room(encoder)) return;
    // The first byte takes a carry that cannot come.
    encoder->bytes[0] = encoder->count ? encoder->bytes[0] : 0;
    uint8_t *start = encoder->bytes + 1;
    uint32_t bits = (uint32_t)encoder->bits;
    encoder->count = (size_t)(vp8_flush_lane(start + encoder->count, &encoder->low, &bits) - start);
    encoder->bits = (int32_t)bits;
}

static inline void put(vp8_bool_encoder *encoder, uint32_t bit, uint32_t probability) {
    uint32_t split = 1 + (((encoder->range - 1) * probability) >> 8);
    // Masks instead of branches: nobody can predict these bits, or they would not be here.
    uint32_t is_one = (uint32_t)0 - bit;
    uint32_t range = split + ((encoder->range - 2 * split) & is_one);
    encoder->low += split & is_one;
    uint32_t shift = (uint32_t)__builtin_clz(range) - 24;
    encoder->range = range << shift;
    encoder->low <<= shift;
    encoder->bits += (int32_t)shift;
    if (encoder->bits > 40) move_out(encoder);
}

void vp8_bool_encoder_put(vp8_bool_encoder *encoder, bool bit, uint8_t probability) { put(encoder, bit, probability); }

bool vp8_bool_encoder_finish(vp8_bool_encoder *encoder) {
    move_out(encoder);
    uint32_t fill = (8 - ((uint32_t)encoder->bits & 7)) & 7;
    encoder->low <<= 8 + fill;
    encoder->bits += 8 + (int32_t)fill;
    move_out(encoder);
    // As behind the token partitions: decoders read ahead.
    if (make_room(encoder)) encoder->bytes[1 + encoder->count++] = 0;
    return !encoder->failed;
}

const uint8_t *vp8_bool_encoder_bytes(const vp8_bool_encoder *encoder) {
    return encoder->bytes ? encoder->bytes + 1 : NULL;
}

void vp8_bool_encoder_free(vp8_bool_encoder *encoder) {
    free(encoder->bytes);
    encoder->bytes = NULL;
    encoder->capacity = encoder->count = 0;
}

#define SYMBOL(probability, bit) ((uint16_t)((probability) | ((bit) ? 0x8000 : 0)))

/// Appends the symbols of a block's mode; `p` are the tree's probabilities (section 11.2).
static uint16_t *append_subblock_mode(uint16_t *out, int mode, const uint8_t *p) {
    *out++ = SYMBOL(p[0], mode != B_DC);
    if (mode == B_DC) return out;
    *out++ = SYMBOL(p[1], mode != B_TM);
    if (mode == B_TM) return out;
    *out++ = SYMBOL(p[2], mode != B_VE);
    if (mode == B_VE) return out;
    int is_low = mode == B_HE || mode == B_RD || mode == B_VR;
    *out++ = SYMBOL(p[3], !is_low);
    if (is_low) {
        *out++ = SYMBOL(p[4], mode != B_HE);
        if (mode != B_HE) *out++ = SYMBOL(p[5], mode != B_RD);
        return out;
    }
    *out++ = SYMBOL(p[6], mode != B_LD);
    if (mode == B_LD) return out;
    *out++ = SYMBOL(p[7], mode != B_VL);
    if (mode != B_VL) *out++ = SYMBOL(p[8], mode != B_HD);
    return out;
}

void vp8_mode_table_build(mode_table *table) {
    for (int above = 0; above < 10; above++) {
        for (int left = 0; left < 10; left++) {
            for (int mode = 0; mode < 10; mode++) {
                uint16_t *start = table->symbols[above][left][mode];
                uint16_t *end =
                    append_subblock_mode(start, mode, vp8_keyframe_subblock_mode_probabilities[above][left]);
                table->length[above][left][mode] = (uint8_t)(end - start);
            }
        }
    }
}

uint16_t *vp8_write_mode(
    const mode_table *table, uint8_t skip_probability, const macroblock *own, const macroblock *above, const macroblock *left,
    int chroma_mode, uint16_t *symbols
) {
    int mode = own->luma_mode;
    *symbols++ = SYMBOL(skip_probability, own->is_skipped);
    *symbols++ = SYMBOL(145, mode != MODE_B);
    if (mode == MODE_B) {
        // Outside of the picture all is B_DC (section 11.3).
        for (int block = 0; block < 16; block++) {
            int a = block >= 4 ? own->subblock_modes[block - 4] : above ? above->subblock_modes[block + 12] : B_DC;
            int l = block & 3 ? own->subblock_modes[block - 1] : left ? left->subblock_modes[block + 3] : B_DC;
            int chosen = own->subblock_modes[block];
            memcpy(symbols, table->symbols[a][l][chosen], 16);
            symbols += table->length[a][l][chosen];
        }
    } else {
        *symbols++ = SYMBOL(156, mode >= MODE_H);
        *symbols++ = SYMBOL(mode >= MODE_H ? 128 : 163, mode & 1);
    }
    *symbols++ = SYMBOL(142, chroma_mode != MODE_DC);
    if (chroma_mode == MODE_DC) return symbols;
    *symbols++ = SYMBOL(114, chroma_mode != MODE_V);
    if (chroma_mode != MODE_V) *symbols++ = SYMBOL(183, chroma_mode != MODE_H);
    return symbols;
}

void vp8_write_modes(vp8_coder *coder, int32_t first, int32_t count) {
    for (int32_t row = first; row < first + count; row++) {
        const uint16_t *symbols = coder->mode_symbols + (size_t)row * (size_t)coder->columns * MODE_SYMBOLS;
        const uint16_t *end = symbols + coder->mode_counts[row];
        for (; symbols < end; symbols++) put(coder->first_partition, *symbols >> 15, *symbols & 0xff);
    }
}
