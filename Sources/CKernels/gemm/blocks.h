// How a product of (M, K) by (K, N) is cut into blocks of work: by shape alone, the same for every instruction set.
#ifndef CK_GEMM_BLOCKS_H
#define CK_GEMM_BLOCKS_H
#include "../base/blocking.h"
#include "../base/sizes.h"
#include <stddef.h>

// Rows of a block so that it holds about `floats` values of `width` a row: a multiple of 8, `fewest` ... `most`.
static inline ptrdiff_t block_rows(ptrdiff_t M, ptrdiff_t width, ptrdiff_t floats, ptrdiff_t fewest, ptrdiff_t most) {
    ptrdiff_t rows = min(most, max(fewest, floats / width / 8 * 8));
    return round_up(blocks_of(M, blocks_of(M, rows)), 8); // equally large blocks
}

// Columns of a block: all of them where the rows give blocks enough.
static inline ptrdiff_t block_columns(ptrdiff_t row_blocks, ptrdiff_t N) {
    ptrdiff_t units = blocks_of(N, BLOCK_COLUMNS), splits = blocks_of(BLOCKS_WANTED, row_blocks);
    return blocks_of(units, min(splits, units)) * BLOCK_COLUMNS;
}

// Floats that hold `rows` packed rows of K (tile.h), whatever the vector width.
static inline ptrdiff_t packed_floats(ptrdiff_t rows, ptrdiff_t K) {
    return round_up(rows, 8) * (round_up(K, 16) + 16);
}
// ... and panels of `columns` columns; a multiple of 16, so that what follows is aligned too.
static inline ptrdiff_t panel_floats(ptrdiff_t depth, ptrdiff_t columns) { return depth * round_up(columns, 16); }
// Whether the operands and the result of an (M, K)·(K, N) product fit, packed, too.
static inline int product_fits(ptrdiff_t M, ptrdiff_t K, ptrdiff_t N) {
    if (!sizes_fit(M, K, 1, 1) || !sizes_fit(K, N, 1, 1) || !sizes_fit(M, N, 1, 1)) return 0;
    return sizes_fit(M + 8, K + 32, 1, 1) && sizes_fit(M + 8, N + 32, 1, 1) && sizes_fit(K + 32, N + 32, 1, 1);
}
#endif
