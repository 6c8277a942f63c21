#define _POSIX_C_SOURCE 200809L

#include "coder.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"
#include "transform.h"

/// A carry may run back to before the first byte only when a stream's value reached 1, which it cannot; the byte is for the
/// sanitizers' and the reader's peace.
enum { PARTITION_HEADROOM = 1, FLUSH_ROOM = 16 };

static void *aligned(size_t size) { return aligned_alloc(64, (size + 127) & ~(size_t)63); }

vp8_coder *vp8_coder_create(int32_t width, int32_t height, vp8_kernel_level level) {
    if (width < 1 || height < 1 || width > 16383 || height > 16383) return NULL;
    vp8_coder *coder = aligned(sizeof *coder);
    if (!coder) return NULL;
    memset(coder, 0, sizeof *coder);
    coder->width = width;
    coder->height = height;
    coder->columns = (width + 15) / 16;
    coder->rows = (height + 15) / 16;
#if defined(__x86_64__)
    coder->kernels = level == VP8_KERNELS_AVX512 ? &vp8_avx512_kernels
                   : level == VP8_KERNELS_AVX2   ? &vp8_avx2_kernels
                                                 : &vp8_portable_kernels;
#else
    (void)level;
    coder->kernels = &vp8_portable_kernels;
#endif
    size_t columns = (size_t)coder->columns, rows = (size_t)coder->rows;
    coder->macroblocks = aligned(columns * rows * sizeof *coder->macroblocks);
    coder->mode_symbols = aligned(columns * rows * MODE_SYMBOLS * sizeof *coder->mode_symbols);
    coder->mode_counts = aligned(rows * sizeof *coder->mode_counts);
    vp8_mode_table_build(&coder->modes);
    // One macroblock more on both sides: what lies before the first and behind the last is read as well.
    coder->above_luma = aligned((columns + 2) * 16);
    coder->above_chroma = aligned((columns + 2) * 16);
    coder->above_contexts = aligned(columns * sizeof *coder->above_contexts);
    coder->progress = aligned(rows * sizeof *coder->progress);
    coder->group_rows_done = aligned((rows / GROUP_ROWS + 1) * sizeof *coder->group_rows_done);
    bool complete = coder->macroblocks && coder->mode_symbols && coder->mode_counts && coder->above_luma && coder->above_chroma && coder->above_contexts
                    && coder->progress && coder->group_rows_done;
    // Most of this is never touched and so never takes memory.
    size_t symbols = columns * BLOCK_COUNT * SYMBOLS_PER_BLOCK + 64;
    for (int buffer = 0; buffer < GROUP_BUFFERS; buffer++) {
        for (int row = 0; row < GROUP_ROWS; row++) {
            coder->symbol_rows[buffer][row].symbols = aligned(symbols * sizeof(uint16_t));
            complete = complete && coder->symbol_rows[buffer][row].symbols;
        }
    }
    if (complete) return coder;
    vp8_coder_destroy(coder);
    return NULL;
}

void vp8_coder_destroy(vp8_coder *coder) {
    if (!coder) return;
    free(coder->macroblocks);
    free(coder->mode_symbols);
    free(coder->mode_counts);
    free(coder->above_luma);
    free(coder->above_chroma);
    free(coder->above_contexts);
    free(coder->progress);
    free(coder->group_rows_done);
    for (int buffer = 0; buffer < GROUP_BUFFERS; buffer++) {
        for (int row = 0; row < GROUP_ROWS; row++) free(coder->symbol_rows[buffer][row].symbols);
    }
    for (int partition = 0; partition < VP8_MAX_PARTITIONS; partition++) free(coder->partitions[partition].bytes);
    free(coder);
}

/// `scale` is how many times the bitstream's scale the transform's output is.
static void set_quantizer(block_quantizer *quantizer, int dc, int ac, int scale, vp8_rounding rounding) {
    for (int n = 0; n < 16; n++) {
        int step = n == 0 ? dc : ac, position = vp8_zigzag[n];
        int share = n == 0 ? rounding.first : rounding.second + (rounding.last - rounding.second) * (n - 1) / 14;
        quantizer->step[position] = (uint16_t)step;
        quantizer->reciprocal[position] = (uint16_t)((65536 + step * scale / 2) / (step * scale));
        quantizer->rounding[position] = (uint16_t)(step * scale * share / 256);
    }
}

static void set_frame(frame_quantizer *quantizer, const vp8_settings *settings) {
    // Section 9.6 and 14.1.
    int index = settings->quantizer, dc = vp8_dc_steps[index], ac = vp8_ac_steps[index];
    int y2_ac = ac * 155 / 100 < 8 ? 8 : ac * 155 / 100;
    set_quantizer(&quantizer->y1, dc, ac, 8, settings->luma);
    set_quantizer(&quantizer->y4, dc, ac, 8, settings->luma);
    set_quantizer(&quantizer->y2, dc * 2, y2_ac, 2, settings->y2);
    int chroma = index + settings->chroma_delta < 0 ? 0 : index + settings->chroma_delta;
    int chroma_dc = vp8_dc_steps[chroma] > 132 ? 132 : vp8_dc_steps[chroma];
    set_quantizer(&quantizer->chroma, chroma_dc, vp8_ac_steps[chroma], 8, settings->chroma);
    // The first coefficient after Y2 is none of this block's: whatever is there must become 0.
    quantizer->y1.reciprocal[0] = 0;

    // Bits of the modes in 1/256, by the fixed probabilities of keyframes (section 11.2).
    static const uint16_t luma_bits[4] = {656, 862, 912, 912}, chroma_bits[4] = {218, 598, 641, 981};
    // Those of blocks depend on their neighbours' modes, which are not known yet: what they come to on the whole.
    static const uint16_t subblock_bits[SUBBLOCK_MODES] = {400, 700, 800, 800, 1100, 1100, 1100, 1100, 1100, 1100};
    quantizer->bit_cost = (uint32_t)(settings->mode_lambda * ac * 16);
    for (int mode = 0; mode < 4; mode++) quantizer->luma_mode_cost[mode] = (quantizer->bit_cost * luma_bits[mode]) >> 16;
    for (int mode = 0; mode < 4; mode++) quantizer->chroma_mode_cost[mode] = (quantizer->bit_cost * chroma_bits[mode]) >> 16;
    for (int mode = 0; mode < SUBBLOCK_MODES; mode++) {
        quantizer->subblock_mode_cost[mode] = (uint16_t)((quantizer->bit_cost * subblock_bits[mode]) >> 16);
    }
    // Far more than the bits: between samples that are coded with loss, blocks predict each other less well than they promise, and
    // without Y2 their averages cost more. Measured on four clips, from 16 to 220.
    quantizer->subblock_cost = quantizer->bit_cost * 130 >> 8;
    if (settings->only_dc_modes) {
        for (int mode = 1; mode < 4; mode++) quantizer->luma_mode_cost[mode] = quantizer->chroma_mode_cost[mode] = UINT32_MAX;
    }
}

void vp8_coder_begin(
    vp8_coder *coder, const vp8_picture *picture, const vp8_settings *settings, const uint8_t *probabilities,
    vp8_bool_encoder *first_partition
) {
    coder->first_partition = first_partition;
    coder->picture = *picture;
    coder->settings = *settings;
    set_frame(&coder->quantizer, settings);
    vp8_token_table_build(&coder->table, probabilities);

    size_t columns = (size_t)coder->columns;
    // What a decoder takes for the row above the picture (section 12.2).
    memset(coder->above_luma, 127, (columns + 2) * 16);
    memset(coder->above_chroma, 127, (columns + 2) * 16);
    memset(coder->above_contexts, 0, columns * sizeof *coder->above_contexts);
    for (int32_t row = 0; row < coder->rows; row++) atomic_store_explicit(&coder->progress[row].done, 0, memory_order_relaxed);
    for (int32_t group = 0; group <= coder->rows / GROUP_ROWS; group++) {
        atomic_store_explicit(&coder->group_rows_done[group], 0, memory_order_relaxed);
    }
    atomic_store_explicit(&coder->next_row, 0, memory_order_relaxed);
    atomic_store_explicit(&coder->groups_encoded, 0, memory_order_relaxed);
    atomic_store_explicit(&coder->failed, false, memory_order_relaxed);

    for (int lane = 0; lane < VP8_MAX_PARTITIONS; lane++) {
        coder->lanes.low[lane] = 0;
        coder->lanes.range[lane] = 255;
        coder->lanes.bits[lane] = 0;
        coder->partitions[lane].count = 0;
    }
    memset(&coder->counts, 0, sizeof coder->counts);
    coder->skipped_count = coder->subblock_macroblocks = 0;
}

/// Makes room in a partition for what `symbols` symbols can become at most.
static bool reserve(vp8_coder *coder, int partition, size_t symbols) {
    size_t needed = coder->partitions[partition].count + symbols * 7 / 8 + PARTITION_HEADROOM + FLUSH_ROOM;
    if (needed <= coder->partitions[partition].capacity) return true;
    size_t capacity = needed + needed / 2 + 4096;
    uint8_t *bytes = realloc(coder->partitions[partition].bytes, capacity);
    if (!bytes) return false;
    bytes[0] = 0;
    coder->partitions[partition].bytes = bytes;
    coder->partitions[partition].capacity = capacity;
    return true;
}

/// Encodes the symbols of a group's rows, each partition in a lane of its own.
static void encode_group(vp8_coder *coder, int32_t group) {
    int partitions = coder->settings.partition_count;
    symbol_row *rows = coder->symbol_rows[group % GROUP_BUFFERS];
    int32_t first = group * GROUP_ROWS;
    int32_t row_count = coder->rows - first < GROUP_ROWS ? coder->rows - first : GROUP_ROWS;
    vp8_write_modes(coder, first, row_count);
    // With fewer partitions than lanes, rows of the same partition come one after another.
    for (int32_t start = 0; start < row_count; start += partitions) {
        const uint16_t *symbols[VP8_MAX_PARTITIONS] = {0};
        size_t count[VP8_MAX_PARTITIONS] = {0};
        for (int partition = 0; partition < partitions && start + partition < row_count; partition++) {
            symbol_row *row = &rows[start + partition];
            if (!reserve(coder, partition, row->count)) {
                atomic_store(&coder->failed, true);
                return;
            }
            symbols[partition] = row->symbols;
            count[partition] = row->count;
            coder->lanes.next[partition] =
                coder->partitions[partition].bytes + PARTITION_HEADROOM + coder->partitions[partition].count;
        }
        coder->kernels->encode_lanes(&coder->lanes, symbols, count);
        for (int partition = 0; partition < partitions && start + partition < row_count; partition++) {
            coder->partitions[partition].count =
                (size_t)(coder->lanes.next[partition] - coder->partitions[partition].bytes) - PARTITION_HEADROOM;
        }
    }
}

static void pause_thread(int *rounds) {
    if (++*rounds > 2000) {
        sched_yield();
        return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

void vp8_coder_work(vp8_coder *coder) {
    while (true) {
        int32_t row = atomic_fetch_add_explicit(&coder->next_row, 1, memory_order_relaxed);
        if (row >= coder->rows) return;
        int32_t group = row / GROUP_ROWS;
        // The buffers of two groups before are used again.
        int rounds = 0;
        while (atomic_load_explicit(&coder->groups_encoded, memory_order_acquire) <= group - GROUP_BUFFERS) {
            pause_thread(&rounds);
        }
        vp8_code_row(coder, row);
        int32_t rows_in_group =
            coder->rows - group * GROUP_ROWS < GROUP_ROWS ? coder->rows - group * GROUP_ROWS : GROUP_ROWS;
        if (atomic_fetch_add_explicit(&coder->group_rows_done[group], 1, memory_order_acq_rel) + 1 < rows_in_group) {
            continue;
        }
        // Whoever ends a group's last row encodes it, while the others go on with the next one.
        rounds = 0;
        while (atomic_load_explicit(&coder->groups_encoded, memory_order_acquire) < group) pause_thread(&rounds);
        encode_group(coder, group);
        atomic_store_explicit(&coder->groups_encoded, group + 1, memory_order_release);
    }
}

bool vp8_coder_end(vp8_coder *coder, vp8_statistics *statistics) {
    for (int partition = 0; partition < coder->settings.partition_count; partition++) {
        if (!reserve(coder, partition, 0)) return false;
        uint8_t *start = coder->partitions[partition].bytes + PARTITION_HEADROOM;
        uint64_t low = coder->lanes.low[partition];
        uint32_t bits = (uint32_t)coder->lanes.bits[partition];
        uint8_t *next = vp8_flush_lane(start + coder->partitions[partition].count, &low, &bits);
        // The window and what is left beside it, filled up to whole bytes.
        low <<= 8;
        bits += 8;
        uint32_t fill = (8 - (bits & 7)) & 7;
        low <<= fill;
        bits += fill;
        next = vp8_flush_lane(next, &low, &bits);
        // FFmpeg's decoder reads ahead, and gives up when the bits of the last macroblocks lie in the last byte.
        *next++ = 0;
        coder->partitions[partition].count = (size_t)(next - start);
    }
    vp8_token_counts_to_nodes(&coder->counts, statistics->node_total, statistics->node_ones);
    statistics->skipped_count = coder->skipped_count;
    statistics->subblock_macroblocks = coder->subblock_macroblocks;
    return !atomic_load(&coder->failed);
}

size_t vp8_coder_partitions_size(const vp8_coder *coder) {
    size_t size = 3 * ((size_t)coder->settings.partition_count - 1);
    for (int partition = 0; partition < coder->settings.partition_count; partition++) {
        size += coder->partitions[partition].count;
    }
    return size;
}

bool vp8_coder_copy_partitions(const vp8_coder *coder, uint8_t *bytes) {
    for (int partition = 0; partition + 1 < coder->settings.partition_count; partition++) {
        size_t count = coder->partitions[partition].count;
        if (count >= 1 << 24) return false;
        *bytes++ = (uint8_t)count;
        *bytes++ = (uint8_t)(count >> 8);
        *bytes++ = (uint8_t)(count >> 16);
    }
    for (int partition = 0; partition < coder->settings.partition_count; partition++) {
        memcpy(bytes, coder->partitions[partition].bytes + PARTITION_HEADROOM, coder->partitions[partition].count);
        bytes += coder->partitions[partition].count;
    }
    return true;
}

vp8_kernel_level vp8_best_kernel_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
        return VP8_KERNELS_PORTABLE;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vbmi")) {
        return VP8_KERNELS_AVX512;
    }
    return VP8_KERNELS_AVX2;
#else
    return VP8_KERNELS_PORTABLE;
#endif
}
