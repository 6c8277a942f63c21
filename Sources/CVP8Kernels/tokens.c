#include "kernels.h"
#include "tables.h"

#define SYMBOL(probability, bit) ((uint16_t)((probability) | ((bit) ? 0x8000 : 0)))

// Probabilities of the bits that follow a category (section 13.2), the highest first.
static const uint8_t category_bits[6][12] = {
    {159, 0},
    {165, 145, 0},
    {173, 148, 140, 0},
    {176, 155, 140, 135, 0},
    {180, 157, 141, 134, 130, 0},
    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129, 0},
};
static const int category_base[6] = {5, 7, 11, 19, 35, 67};

/// Appends the symbols of a level other than 0 (the tree of section 13.2).
static uint16_t *append_level(uint16_t *out, const uint8_t *p, int has_end, int level) {
    int value = level < 0 ? -level : level;
    if (has_end) *out++ = SYMBOL(p[0], 1);
    *out++ = SYMBOL(p[1], 1);
    *out++ = SYMBOL(p[2], value > 1);
    if (value > 1) {
        *out++ = SYMBOL(p[3], value > 4);
        if (value <= 4) {
            *out++ = SYMBOL(p[4], value > 2);
            if (value > 2) *out++ = SYMBOL(p[5], value > 3);
        } else {
            int category = 0;
            while (category < 5 && value >= category_base[category + 1]) category++;
            *out++ = SYMBOL(p[6], category > 1);
            if (category < 2) {
                *out++ = SYMBOL(p[7], category);
            } else {
                *out++ = SYMBOL(p[8], category > 3);
                *out++ = SYMBOL(p[category > 3 ? 10 : 9], category & 1);
            }
            int extra = value - category_base[category];
            int bits = 0;
            while (category_bits[category][bits]) bits++;
            for (int i = 0; i < bits; i++) *out++ = SYMBOL(category_bits[category][i], extra >> (bits - 1 - i) & 1);
        }
    }
    *out++ = SYMBOL(128, level < 0);
    return out;
}

void vp8_token_table_build(token_table *table, const uint8_t *probabilities) {
    for (int i = 0; i < VP8_COEFFICIENT_PROBABILITIES; i++) table->probabilities[i] = probabilities[i];
    for (int row = 0; row < TABLE_ROWS; row++) {
        const uint8_t *p = probabilities + row * 11;
        int has_end = vp8_row_has_end(row);
        for (int level = -TABLE_LEVEL; level <= TABLE_LEVEL; level++) {
            int place = row * TABLE_COLUMNS + (level & 15);
            uint16_t *start = table->symbols[place], *out = start;
            if (level != 0) {
                out = append_level(out, p, has_end, level);
            } else {
                if (has_end) *out++ = SYMBOL(p[0], 1);
                *out++ = SYMBOL(p[1], 0);
            }
            table->length[place] = (uint8_t)((out - start) * 2);
        }
        table->symbols[row * TABLE_COLUMNS + COLUMN_END][0] = SYMBOL(p[0], 0);
        table->length[row * TABLE_COLUMNS + COLUMN_END] = 2;
    }
}

uint16_t *vp8_write_large_token(
    const token_table *table, int row, int level, uint16_t *symbols, token_counts *counts
) {
    if (counts) {
        int value = level < 0 ? -level : level, category = 1;
        while (category < 5 && value >= category_base[category + 1]) category++;
        counts->categories[row][category - 1]++;
    }
    return append_level(symbols, table->probabilities + row * 11, vp8_row_has_end(row), level);
}

void vp8_token_counts_to_nodes(const token_counts *counts, uint32_t *node_total, uint32_t *node_ones) {
    for (int row = 0; row < TABLE_ROWS; row++) {
        uint32_t *total = node_total + row * 11, *ones = node_ones + row * 11;
        const uint32_t *column = counts->columns + row * TABLE_COLUMNS;
        uint32_t value[TABLE_LEVEL + 1], categories[6];
        value[0] = column[0];
        for (int i = 1; i <= TABLE_LEVEL; i++) value[i] = column[i] + column[-i & 15];
        categories[0] = value[5] + value[6];
        uint32_t from_2 = 0;
        for (int i = 0; i < 5; i++) {
            categories[i + 1] = counts->categories[row][i];
            from_2 += counts->categories[row][i];
        }
        uint32_t large = categories[0] + from_2;
        uint32_t above_1 = value[2] + value[3] + value[4] + large;
        uint32_t nonzero = value[1] + above_1;
        uint32_t tokens = value[0] + nonzero;
        uint32_t above_cat2 = categories[2] + categories[3] + categories[4] + categories[5];
        if (vp8_row_has_end(row)) {
            total[0] = tokens + column[COLUMN_END];
            ones[0] = tokens;
        } else {
            total[0] = ones[0] = 0;
        }
        total[1] = tokens, ones[1] = nonzero;
        total[2] = nonzero, ones[2] = above_1;
        total[3] = above_1, ones[3] = large;
        total[4] = above_1 - large, ones[4] = value[3] + value[4];
        total[5] = value[3] + value[4], ones[5] = value[4];
        total[6] = large, ones[6] = above_cat2;
        total[7] = large - above_cat2, ones[7] = categories[1];
        total[8] = above_cat2, ones[8] = categories[4] + categories[5];
        total[9] = categories[2] + categories[3], ones[9] = categories[3];
        total[10] = categories[4] + categories[5], ones[10] = categories[5];
    }
}
