#ifndef CVP8KERNELS_H
#define CVP8KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The inner loops of a VP8 keyframe encoder (RFC 6386): what is done for every macroblock. What is decided once for a frame
// comes in as settings, and what the frame showed goes out as statistics.

enum {
    VP8_MAX_PARTITIONS = 8,
    /// Block types x bands x contexts x nodes of the token tree (section 13.4).
    VP8_COEFFICIENT_PROBABILITIES = 4 * 8 * 3 * 11,
};

// Swift sees an array of a thousand elements as a tuple of them, so the tables come by functions.

/// The probabilities that a decoder starts every keyframe with (section 13.5), VP8_COEFFICIENT_PROBABILITIES of them.
const uint8_t *vp8_default_probabilities(void);
/// How likely each of them is kept (section 13.4).
const uint8_t *vp8_update_probabilities(void);
/// The step of luma's coefficients after the first, by quantizer index, 0 to 127 (section 14.1).
int32_t vp8_quantizer_step(int32_t index);

/// Which instructions the kernels use. Each gives the same bytes.
typedef enum {
    VP8_KERNELS_PORTABLE = 0,
    VP8_KERNELS_AVX2 = 1,
    VP8_KERNELS_AVX512 = 2,
} vp8_kernel_level;

/// The best level that this processor has.
vp8_kernel_level vp8_best_kernel_level(void);

/// A picture in planar YUV 4:2:0, of the coder's size.
typedef struct {
    const uint8_t *y, *u, *v;
    ptrdiff_t y_stride, u_stride, v_stride;
} vp8_picture;

/// Planes that a reconstruction is written to. Each row has room for whole macroblocks.
typedef struct {
    uint8_t *y, *u, *v;
    ptrdiff_t y_stride, uv_stride;
} vp8_reconstruction;

/// What is added before a quotient is cut off, in 1/256: for the first coefficient of a block, the second, and the last. Those
/// between are interpolated. 128 rounds to the nearest; less makes more zeros and so fewer bytes.
typedef struct {
    uint8_t first, second, last;
} vp8_rounding;

/// What is decided for a frame before it is coded.
typedef struct {
    /// 1, 2, 4 or 8.
    int32_t partition_count;
    /// The quantizer's index, 0 to 127, and what is added to it for chroma.
    int32_t quantizer, chroma_delta;
    /// How likely in 256 a macroblock is taken to be not skipped.
    uint8_t skip_probability;
    vp8_rounding luma, chroma, y2;
    /// Whether macroblocks may be predicted block by block.
    bool allows_subblock_modes;
    /// Whether only DC prediction may be used: for pictures whose modes would not fit into the first partition.
    bool only_dc_modes;
    /// How much a bit of a mode is worth, in absolute difference, in 1/16 of the quantizer's step.
    int32_t mode_lambda;
    /// Whether to count tokens in every row of macroblocks, and not in every fourth.
    bool counts_all_rows;
    /// Where to write the reconstruction before the loop filter; y is NULL when nobody asks.
    vp8_reconstruction reconstruction;
} vp8_settings;

/// What a coded frame showed.
typedef struct {
    /// How often each node of each token tree was passed, and how often to its second branch: room for
    /// VP8_COEFFICIENT_PROBABILITIES numbers each.
    uint32_t *node_total, *node_ones;
    /// Macroblocks without any coefficient.
    uint32_t skipped_count;
    /// Macroblocks that were predicted block by block.
    uint32_t subblock_macroblocks;
} vp8_statistics;

/// A boolean entropy encoder (section 7) with memory of its own. All zero is a valid start.
typedef struct {
    uint64_t low;
    uint32_t range;
    int32_t bits;
    uint8_t *bytes;
    size_t count, capacity;
    bool failed;
} vp8_bool_encoder;

void vp8_bool_encoder_start(vp8_bool_encoder *encoder);
/// Writes one bit that is 0 with a probability of `probability` in 256.
void vp8_bool_encoder_put(vp8_bool_encoder *encoder, bool bit, uint8_t probability);
/// Writes what is left. False when memory ran out.
bool vp8_bool_encoder_finish(vp8_bool_encoder *encoder);
void vp8_bool_encoder_free(vp8_bool_encoder *encoder);
/// What was written, `count` bytes.
const uint8_t *vp8_bool_encoder_bytes(const vp8_bool_encoder *encoder);

/// Everything that coding pictures of one size needs, kept from frame to frame.
typedef struct vp8_coder vp8_coder;

/// Makes a coder for pictures of a size, 1 to 16383 a side. NULL when there is no memory.
vp8_coder *vp8_coder_create(int32_t width, int32_t height, vp8_kernel_level level);
void vp8_coder_destroy(vp8_coder *coder);

/// Prepares coding a picture, whose planes must stay until the rows are coded, with VP8_COEFFICIENT_PROBABILITIES
/// probabilities. `first_partition` is an encoder that has the frame's header; those of the macroblocks follow there.
void vp8_coder_begin(
    vp8_coder *coder, const vp8_picture *picture, const vp8_settings *settings, const uint8_t *probabilities,
    vp8_bool_encoder *first_partition
);
/// Codes rows of macroblocks until none is left. May be called by several threads for the same frame, each of which returns
/// when there is nothing to do for it any more; the frame is coded when all have returned.
void vp8_coder_work(vp8_coder *coder);
/// Ends a frame. False when memory ran out.
bool vp8_coder_end(vp8_coder *coder, vp8_statistics *statistics);

/// The bytes of the token partitions, their sizes before them (section 9.5).
size_t vp8_coder_partitions_size(const vp8_coder *coder);
/// Copies them. False when a partition is longer than its field can say.
bool vp8_coder_copy_partitions(const vp8_coder *coder, uint8_t *bytes);

/// A thread that works on a coder's frame when told to.
typedef struct vp8_helper vp8_helper;

/// Starts the thread. NULL when there is no memory, or no further thread.
vp8_helper *vp8_helper_create(void);
/// Ends the thread.
void vp8_helper_destroy(vp8_helper *helper);
/// Lets the thread call vp8_coder_work.
void vp8_helper_start(vp8_helper *helper, vp8_coder *coder);
/// Waits until it has returned from there.
void vp8_helper_wait(vp8_helper *helper);

/// Filters a reconstruction in place as a decoder does, with the normal filter (section 15.3).
void vp8_coder_loop_filter(
    const vp8_coder *coder, const vp8_reconstruction *planes, int32_t level, int32_t sharpness
);

#endif
