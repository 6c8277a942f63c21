#include <sched.h>
#include <string.h>

#include "coder.h"

// One row of macroblocks: everything from samples to symbols.

/// The samples of a macroblock, in the picture or, where it hangs over the edge, copied and continued.
typedef struct {
    const uint8_t *y, *u, *v;
    ptrdiff_t y_stride, u_stride, v_stride;
    uint8_t copy[16 * 16 + 2 * 8 * 8];
} source_block;

static void copy_continued(
    const uint8_t *plane, ptrdiff_t stride, int32_t x, int32_t y, int32_t width, int32_t height, int size, uint8_t *copy
) {
    for (int row = 0; row < size; row++) {
        const uint8_t *line = plane + (ptrdiff_t)(y + row < height ? y + row : height - 1) * stride;
        for (int column = 0; column < size; column++) {
            copy[row * size + column] = line[x + column < width ? x + column : width - 1];
        }
    }
}

static inline void find_source(const vp8_coder *coder, int32_t column, int32_t row, source_block *block) {
    const vp8_picture *picture = &coder->picture;
    int32_t x = column * 16, y = row * 16;
    if (x + 16 <= coder->width && y + 16 <= coder->height) {
        block->y = picture->y + (ptrdiff_t)y * picture->y_stride + x;
        block->u = picture->u + (ptrdiff_t)(y / 2) * picture->u_stride + x / 2;
        block->v = picture->v + (ptrdiff_t)(y / 2) * picture->v_stride + x / 2;
        block->y_stride = picture->y_stride;
        block->u_stride = picture->u_stride;
        block->v_stride = picture->v_stride;
        return;
    }
    int32_t chroma_width = (coder->width + 1) / 2, chroma_height = (coder->height + 1) / 2;
    copy_continued(picture->y, picture->y_stride, x, y, coder->width, coder->height, 16, block->copy);
    copy_continued(picture->u, picture->u_stride, x / 2, y / 2, chroma_width, chroma_height, 8, block->copy + 256);
    copy_continued(picture->v, picture->v_stride, x / 2, y / 2, chroma_width, chroma_height, 8, block->copy + 320);
    block->y = block->copy;
    block->u = block->copy + 256;
    block->v = block->copy + 320;
    block->y_stride = 16;
    block->u_stride = block->v_stride = 8;
}

/// Waits until a row is so far, and tells how far it is then.
static inline int32_t wait_for(row_progress *progress, int32_t count) {
    int rounds = 0;
    int32_t done;
    while ((done = atomic_load_explicit(&progress->done, memory_order_acquire)) < count) {
        // A row takes tens of microseconds; longer waits mean that the other thread does not run.
        if (++rounds > 2000) sched_yield();
#if defined(__x86_64__)
        else __builtin_ia32_pause();
#endif
    }
    return done;
}

static void clear_contexts(block_contexts *contexts, int has_y2) {
    uint8_t y2 = has_y2 ? 0 : contexts->y2;
    memset(contexts, 0, sizeof *contexts);
    contexts->y2 = y2;
}

static void store_reconstruction(
    const vp8_reconstruction *planes, int32_t column, int32_t row, const uint8_t *luma, const uint8_t *chroma
) {
    uint8_t *y = planes->y + (ptrdiff_t)row * 16 * planes->y_stride + column * 16;
    for (int line = 0; line < 16; line++) memcpy(y + line * planes->y_stride, luma + line * 16, 16);
    ptrdiff_t offset = (ptrdiff_t)row * 8 * planes->uv_stride + column * 8;
    for (int line = 0; line < 8; line++) {
        memcpy(planes->u + offset + line * planes->uv_stride, chroma + line * 16, 8);
        memcpy(planes->v + offset + line * planes->uv_stride, chroma + line * 16 + 8, 8);
    }
}

static void add_counts(
    vp8_coder *coder, const token_counts *counts, uint32_t skipped, uint32_t subblock_macroblocks
) {
    int32_t unlocked = 0;
    while (!atomic_compare_exchange_weak_explicit(
        &coder->counts_lock, &unlocked, 1, memory_order_acquire, memory_order_relaxed
    )) {
        unlocked = 0;
    }
    if (counts) {
        uint32_t *sum = (uint32_t *)&coder->counts;
        const uint32_t *more = (const uint32_t *)counts;
        for (size_t i = 0; i < sizeof *counts / sizeof *sum; i++) sum[i] += more[i];
    }
    coder->skipped_count += skipped;
    coder->subblock_macroblocks += subblock_macroblocks;
    atomic_store_explicit(&coder->counts_lock, 0, memory_order_release);
}

/// The mode of a block that stands for a whole macroblock's (section 11.3).
static const uint8_t whole_modes[4] = {B_DC, B_VE, B_HE, B_TM};

void vp8_code_row(vp8_coder *coder, int32_t row) {
    const vp8_kernels *kernels = coder->kernels;
    const int32_t columns = coder->columns;
    _Alignas(64) int16_t levels[BLOCK_COUNT][16];
    _Alignas(64) uint8_t luma[256], chroma[128], luma_prediction[256], chroma_prediction[128];
    _Alignas(16) uint8_t left_luma[16], left_chroma[16];
    source_block source;
    token_counts counts;
    bool is_counted = coder->settings.counts_all_rows || (row & 3) == 1 || coder->rows < 4;
    if (is_counted) memset(&counts, 0, sizeof counts);
    int32_t above_done = 0;
    uint32_t skipped = 0, subblock_macroblocks = 0;

    // What a decoder takes for the column left of the picture (section 12.2).
    memset(left_luma, 129, 16);
    memset(left_chroma, 129, 16);
    uint8_t corner_luma = row > 0 ? 129 : 127, corner_u = corner_luma, corner_v = corner_luma;
    block_contexts left_contexts = {0};
    symbol_row *output = &coder->symbol_rows[row / GROUP_ROWS % GROUP_BUFFERS][row % GROUP_ROWS];
    uint16_t *symbols = output->symbols;
    uint16_t *const first_mode = coder->mode_symbols + (size_t)row * (size_t)columns * MODE_SYMBOLS;
    uint16_t *mode_symbols = first_mode;
    const frame_quantizer *quantizer = &coder->quantizer;
    macroblock *macroblock = coder->macroblocks + (size_t)row * (size_t)columns;

    for (int32_t column = 0; column < columns; column++, macroblock++) {
        // Above and to the right, too: predicting block by block reads four samples of it.
        int32_t needed = column + 2 < columns ? column + 2 : columns;
        if (row > 0 && above_done < needed) above_done = wait_for(&coder->progress[row - 1], needed);
        find_source(coder, column, row, &source);
        uint8_t *above_luma = coder->above_luma + 16 + column * 16;
        uint8_t *above_chroma = coder->above_chroma + 16 + column * 16;

        if (column == columns - 1 && row > 0) {
            // There is nothing above and to the right: decoders repeat the last sample.
            memset(above_luma + 16, above_luma[15], 4);
        }
        macroblock_edges edges = {
            .above = above_luma,
            .left = left_luma,
            .corner = {corner_luma, corner_luma},
            .has_above = row > 0,
            .has_left = column > 0,
        };
        uint32_t cost;
        int mode = kernels->predict_luma(
            source.y, source.y_stride, &edges, quantizer->luma_mode_cost, luma_prediction, &cost
        );
        uint32_t nonzero;
        if (coder->settings.allows_subblock_modes && cost > quantizer->subblock_cost) {
            uint32_t subblock_cost = quantizer->subblock_cost
                                   + kernels->choose_subblock_modes(
                                       source.y, source.y_stride, &edges, quantizer->subblock_mode_cost,
                                       macroblock->subblock_modes
                                   );
            if (subblock_cost < cost) mode = MODE_B;
        }
        int has_y2 = mode != MODE_B;
        if (has_y2) {
            nonzero = kernels->code_luma(source.y, source.y_stride, luma_prediction, quantizer, levels, luma);
            memset(macroblock->subblock_modes, whole_modes[mode], 16);
        } else {
            subblock_macroblocks++;
            nonzero = kernels->code_subblocks(
                source.y, source.y_stride, &edges, macroblock->subblock_modes, quantizer, levels, luma
            );
        }

        edges.above = above_chroma;
        edges.left = left_chroma;
        edges.corner[0] = corner_u;
        edges.corner[1] = corner_v;
        int chroma_mode = kernels->predict_chroma(
            source.u, source.u_stride, source.v, source.v_stride, &edges, quantizer->chroma_mode_cost, chroma_prediction
        );
        nonzero |= kernels->code_chroma(
            source.u, source.u_stride, source.v, source.v_stride, chroma_prediction, quantizer, levels, chroma
        );

        macroblock->luma_mode = (uint8_t)mode;
        macroblock->is_skipped = nonzero == 0;
        mode_symbols = vp8_write_mode(
            &coder->modes, coder->settings.skip_probability, macroblock, row > 0 ? macroblock - columns : NULL, column > 0 ? macroblock - 1 : NULL, chroma_mode,
            mode_symbols
        );
        if (nonzero) {
            symbols = kernels->write_macroblock(
                &coder->table, (const int16_t(*)[16])levels, nonzero, has_y2, &coder->above_contexts[column], &left_contexts,
                symbols, is_counted ? &counts : NULL
            );
        } else {
            skipped++;
            clear_contexts(&coder->above_contexts[column], has_y2);
            clear_contexts(&left_contexts, has_y2);
        }
        if (coder->settings.reconstruction.y) {
            store_reconstruction(&coder->settings.reconstruction, column, row, luma, chroma);
        }

        corner_luma = above_luma[15];
        corner_u = above_chroma[7];
        corner_v = above_chroma[15];
        memcpy(above_luma, luma + 15 * 16, 16);
        memcpy(above_chroma, chroma + 7 * 16, 16);
        for (int line = 0; line < 16; line++) left_luma[line] = luma[line * 16 + 15];
        for (int line = 0; line < 8; line++) {
            left_chroma[line] = chroma[line * 16 + 7];
            left_chroma[line + 8] = chroma[line * 16 + 15];
        }
        atomic_store_explicit(&coder->progress[row].done, column + 1, memory_order_release);
    }
    output->count = (size_t)(symbols - output->symbols);
    coder->mode_counts[row] = (size_t)(mode_symbols - first_mode);
    add_counts(coder, is_counted ? &counts : NULL, skipped, subblock_macroblocks);
}
