// All tokens of a macroblock (RFC 6386, section 13). Included behind the write_tokens of a kernel, which becomes part of it.

static uint16_t *write_macroblock(
    const token_table *table, const int16_t (*levels)[16], uint32_t nonzero, int has_y2, block_contexts *above,
    block_contexts *left, uint16_t *symbols, token_counts *counts
) {
    int type = TYPE_Y_WITH_DC;
    if (has_y2) {
        symbols = write_tokens(table, TYPE_Y2, above->y2 + left->y2, levels[BLOCK_Y2], symbols, counts);
        above->y2 = left->y2 = nonzero >> BLOCK_Y2 & 1;
        type = TYPE_Y_AFTER_Y2;
    }
    for (int block = 0; block < 16; block++) {
        uint8_t *a = &above->luma[block & 3], *l = &left->luma[block >> 2];
        symbols = write_tokens(table, type, *a + *l, levels[block], symbols, counts);
        *a = *l = nonzero >> block & 1;
    }
    for (int block = 0; block < 8; block++) {
        // Four of U, then four of V; each plane has contexts of its own.
        uint8_t *a = &above->chroma[(block >> 2) * 2 + (block & 1)];
        uint8_t *l = &left->chroma[(block >> 2) * 2 + (block >> 1 & 1)];
        symbols = write_tokens(table, TYPE_CHROMA, *a + *l, levels[BLOCK_U + block], symbols, counts);
        *a = *l = nonzero >> (BLOCK_U + block) & 1;
    }
    return symbols;
}
