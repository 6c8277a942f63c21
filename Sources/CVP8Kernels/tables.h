#ifndef VP8_TABLES_H
#define VP8_TABLES_H

#include <stdint.h>

#include "CVP8Kernels.h"

/// Where the n-th coefficient of a block lies, row by row (RFC 6386, section 13).
extern const uint8_t vp8_zigzag[16];
/// The band of the n-th coefficient (section 13.3).
extern const uint8_t vp8_bands[16];
/// Quantizer steps by index (section 14.1).
extern const uint8_t vp8_dc_steps[128];
extern const uint16_t vp8_ac_steps[128];
/// How likely each mode is next to the modes above and to the left (section 11.5): [above][left][tree node].
extern const uint8_t vp8_keyframe_subblock_mode_probabilities[10][10][9];

#endif
