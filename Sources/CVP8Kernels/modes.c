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
    uint32_t range = bit ? encoder->range - split : split;
    encoder->low += bit ? split : 0;
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

static void put_luma_mode(vp8_bool_encoder *encoder, int mode) {
    put(encoder, mode != MODE_B, 145);
    if (mode == MODE_B) return;
    put(encoder, mode >= MODE_H, 156);
    put(encoder, mode & 1, mode >= MODE_H ? 128 : 163);
}

static void put_chroma_mode(vp8_bool_encoder *encoder, int mode) {
    put(encoder, mode != MODE_DC, 142);
    if (mode == MODE_DC) return;
    put(encoder, mode != MODE_V, 114);
    if (mode != MODE_V) put(encoder, mode != MODE_H, 183);
}

static void put_subblock_mode(vp8_bool_encoder *encoder, int mode, const uint8_t *p) {
    put(encoder, mode != B_DC, p[0]);
    if (mode == B_DC) return;
    put(encoder, mode != B_TM, p[1]);
    if (mode == B_TM) return;
    put(encoder, mode != B_VE, p[2]);
    if (mode == B_VE) return;
    int is_low = mode == B_HE || mode == B_RD || mode == B_VR;
    put(encoder, !is_low, p[3]);
    if (is_low) {
        put(encoder, mode != B_HE, p[4]);
        if (mode != B_HE) put(encoder, mode != B_RD, p[5]);
        return;
    }
    put(encoder, mode != B_LD, p[6]);
    if (mode == B_LD) return;
    put(encoder, mode != B_VL, p[7]);
    if (mode != B_VL) put(encoder, mode != B_HD, p[8]);
}

void vp8_coder_write_modes(
    const vp8_coder *coder, vp8_bool_encoder *encoder, const uint8_t *segment_probabilities, uint8_t skip_probability
) {
    const macroblock *macroblock = coder->macroblocks;
    for (int32_t row = 0; row < coder->rows; row++) {
        for (int32_t column = 0; column < coder->columns; column++, macroblock++) {
            if (segment_probabilities) {
                int segment = macroblock->segment;
                put(encoder, segment >= 2, segment_probabilities[0]);
                put(encoder, segment & 1, segment_probabilities[segment >= 2 ? 2 : 1]);
            }
            if (skip_probability) put(encoder, macroblock->is_skipped, skip_probability);
            put_luma_mode(encoder, macroblock->luma_mode);
            if (macroblock->luma_mode == MODE_B) {
                for (int block = 0; block < 16; block++) {
                    int above = block >= 4                ? macroblock->subblock_modes[block - 4]
                                : row > 0                 ? (macroblock - coder->columns)->subblock_modes[block + 12]
                                                          : B_DC;
                    int left = block & 3    ? macroblock->subblock_modes[block - 1]
                               : column > 0 ? (macroblock - 1)->subblock_modes[block + 3]
                                            : B_DC;
                    put_subblock_mode(
                        encoder, macroblock->subblock_modes[block],
                        vp8_keyframe_subblock_mode_probabilities[above][left]
                    );
                }
            }
            put_chroma_mode(encoder, macroblock->chroma_mode);
        }
    }
}
