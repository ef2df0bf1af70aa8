// The division of a product of (M, K) by (K, N) into blocks of work. It depends on the shape alone, and is the same for
// every instruction set.
#ifndef CK_GEMM_BLOCKS_H
#define CK_GEMM_BLOCKS_H
#include "../base/blocking.h"
#include "../base/sizes.h"
#include <stddef.h>

// The number of rows of a block, such that the block has about `floats` values if a row has `width` values. It is a
// multiple of 8 and at most `most`, rounded up. It is at least `fewest`, unless equally large blocks need fewer rows.
static inline ptrdiff_t block_rows(ptrdiff_t M, ptrdiff_t width, ptrdiff_t floats, ptrdiff_t fewest, ptrdiff_t most) {
    ptrdiff_t rows = min(most, max(fewest, floats / width / 8 * 8));
    return round_up(blocks_of(M, blocks_of(M, rows)), 8); // equally large blocks
}

// The number of columns of a block. If the rows are divided into enough blocks, a block has all columns.
static inline ptrdiff_t block_columns(ptrdiff_t row_blocks, ptrdiff_t N) {
    ptrdiff_t units = blocks_of(N, BLOCK_COLUMNS), splits = blocks_of(BLOCKS_WANTED, row_blocks);
    return blocks_of(units, min(splits, units)) * BLOCK_COLUMNS;
}

// The number of floats that is enough for `rows` packed rows of K values (tile.h), for any vector width.
static inline ptrdiff_t packed_floats(ptrdiff_t rows, ptrdiff_t K) {
    return round_up(rows, 8) * (round_up(K, 16) + 16);
}
// The number of floats of packed panels with `columns` columns in total. It is a multiple of 16, so that data behind
// the panels are aligned.
static inline ptrdiff_t panel_floats(ptrdiff_t depth, ptrdiff_t columns) { return depth * round_up(columns, 16); }
// Returns 1 if the operands and the result of an (M, K)·(K, N) product fit into the address space, also in packed form.
static inline int product_fits(ptrdiff_t M, ptrdiff_t K, ptrdiff_t N) {
    if (!sizes_fit(M, K, 1, 1) || !sizes_fit(K, N, 1, 1) || !sizes_fit(M, N, 1, 1)) return 0;
    return sizes_fit(M + 8, K + 32, 1, 1) && sizes_fit(M + 8, N + 32, 1, 1) && sizes_fit(K + 32, N + 32, 1, 1);
}
#endif
