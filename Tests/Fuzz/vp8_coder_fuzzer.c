// Pictures and settings from a fuzzer, coded by every kernel level that the processor has, by one thread and by two: none may read
// or write where it must not, and all must give the same bytes and the same reconstruction.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CVP8Kernels.h"

/// The numbers that steer a run are taken from the input's front; what is left is the picture, again and again.
typedef struct {
    const uint8_t *bytes;
    size_t count, next;
} input;

static uint8_t take(input *in) { return in->next < in->count ? in->bytes[in->next++] : 0; }

typedef struct {
    uint8_t *bytes;
    size_t count;
} file;

typedef struct {
    int32_t width, height;
    uint8_t *planes[3];
    size_t plane_size[3];
    vp8_picture picture;
} test_picture;

/// Planes of just the size that they have, so that the sanitizer sees the first sample too much.
static void make_picture(test_picture *test, input *in) {
    test->width = 1 + take(in) % 96;
    test->height = 1 + take(in) % 96;
    int32_t gap = take(in) % 40;
    const uint8_t *samples = in->bytes + in->next;
    size_t count = in->count - in->next, used = 0;
    ptrdiff_t strides[3];
    for (int plane = 0; plane < 3; plane++) {
        int32_t width = plane ? (test->width + 1) / 2 : test->width, height = plane ? (test->height + 1) / 2 : test->height;
        strides[plane] = width + gap;
        test->plane_size[plane] = (size_t)strides[plane] * (size_t)(height - 1) + (size_t)width;
        test->planes[plane] = malloc(test->plane_size[plane]);
        for (size_t i = 0; i < test->plane_size[plane]; i++) {
            test->planes[plane][i] = count ? (uint8_t)(samples[used % count] + used / count * 7) : 128;
            used++;
        }
    }
    test->picture = (vp8_picture){test->planes[0], test->planes[1], test->planes[2], strides[0], strides[1], strides[2]};
}

static void free_picture(test_picture *test) {
    for (int plane = 0; plane < 3; plane++) free(test->planes[plane]);
}

/// Codes a picture twice, so that the second time memory is used again; the last file counts.
static file code(
    const test_picture *test, vp8_settings settings, const uint8_t *probabilities, vp8_kernel_level level, vp8_helper *helper
) {
    int32_t columns = (test->width + 15) / 16, rows = (test->height + 15) / 16;
    size_t luma = (size_t)columns * (size_t)rows * 256;
    static uint32_t node_total[VP8_COEFFICIENT_PROBABILITIES], node_ones[VP8_COEFFICIENT_PROBABILITIES];
    vp8_coder *coder = vp8_coder_create(test->width, test->height, level);
    vp8_bool_encoder first = {0};
    file result = {NULL, 0};
    for (int round = 0; round < 2; round++) {
        free(result.bytes);
        uint8_t *planes = malloc(luma * 3 / 2);
        settings.reconstruction =
            (vp8_reconstruction){planes, planes + luma, planes + luma * 5 / 4, columns * 16, columns * 8};
        vp8_bool_encoder_start(&first);
        vp8_coder_begin(coder, &test->picture, &settings, probabilities, &first);
        if (helper) vp8_helper_start(helper, coder);
        vp8_coder_work(coder);
        if (helper) vp8_helper_wait(helper);
        vp8_statistics statistics = {.node_total = node_total, .node_ones = node_ones};
        if (!vp8_coder_end(coder, &statistics) || !vp8_bool_encoder_finish(&first)) abort();
        vp8_coder_loop_filter(coder, &settings.reconstruction, settings.quantizer / 2, settings.quantizer % 8);
        size_t rest = vp8_coder_partitions_size(coder);
        result.count = first.count + rest + luma * 3 / 2;
        result.bytes = malloc(result.count);
        memcpy(result.bytes, vp8_bool_encoder_bytes(&first), first.count);
        if (!vp8_coder_copy_partitions(coder, result.bytes + first.count)) abort();
        memcpy(result.bytes + first.count + rest, planes, luma * 3 / 2);
        free(planes);
    }
    vp8_bool_encoder_free(&first);
    vp8_coder_destroy(coder);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static vp8_helper *helper;
    if (!helper) helper = vp8_helper_create();
    input in = {bytes, count, 0};
    uint8_t flags = take(&in);
    vp8_settings settings = {
        .partition_count = 1 << (flags & 3),
        .allows_subblock_modes = flags & 4,
        .only_dc_modes = flags & 8,
        .counts_all_rows = flags & 16,
        .quantizer = take(&in) & 127,
        .chroma_delta = -(take(&in) & 15),
        .mode_lambda = take(&in) & 15,
        .skip_probability = (uint8_t)(take(&in) | 1),
        .luma = {take(&in) % 160, take(&in) % 160, take(&in) % 160},
        .chroma = {take(&in) % 160, take(&in) % 160, take(&in) % 160},
        .y2 = {take(&in) % 160, take(&in) % 160, take(&in) % 160},
    };
    uint8_t probabilities[VP8_COEFFICIENT_PROBABILITIES];
    memcpy(probabilities, vp8_default_probabilities(), sizeof probabilities);
    for (int changes = take(&in) % 8; changes > 0; changes--) {
        probabilities[(take(&in) * 256 + take(&in)) % VP8_COEFFICIENT_PROBABILITIES] = (uint8_t)(take(&in) | 1);
    }
    test_picture test;
    make_picture(&test, &in);
    file expected = code(&test, settings, probabilities, VP8_KERNELS_PORTABLE, NULL);
    for (int level = VP8_KERNELS_PORTABLE; level <= (int)vp8_best_kernel_level(); level++) {
        file found = code(&test, settings, probabilities, (vp8_kernel_level)level, flags & 32 ? helper : NULL);
        if (found.count != expected.count || memcmp(found.bytes, expected.bytes, found.count) != 0) {
            fprintf(stderr, "kernel level %d gives another result, %d x %d\n", level, test.width, test.height);
            abort();
        }
        free(found.bytes);
    }
    free(expected.bytes);
    free_picture(&test);
    return 0;
}
