#include "residual.h"
#include "../norm/tiles.h"
#include <string.h>

CK_INLINE affine branch_at(const ck_branch *b, ptrdiff_t c, ptrdiff_t n) {
    if (b->scale == NULL) return (affine){v_set1(1.0f), v_zero()};
    return (affine){load_n(b->scale + c, n), load_n(b->shift + c, n)};
}

CK_INLINE void meet_rows(const ck_residual *k, tile t, ptrdiff_t n) {
    const affine one = branch_at(&k->branch, t.c, n), two = branch_at(&k->other, t.c, n);
    const float *raw = k->branch.raw + t.at, *other = k->other.raw + t.at;
    float *y = k->y + t.at;
    const ptrdiff_t ahead = t.rows * t.C;
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf sum =
            v_add(apply(one, load_ahead(raw + r * t.C, ahead, n)), apply(two, load_ahead(other + r * t.C, ahead, n)));
        store_n(y + r * t.C, n, v_max(v_zero(), sum)); // in this order a NaN stays one
    }
}

CK_INLINE void meet_tile(const void *task, tile t) {
    if (t.n == VW) meet_rows(task, t, VW);
    else
        meet_rows(task, t, t.n);
}

void CK_NAME(ck_residual_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    visit_tiles(&((const ck_residual *)context)->images, block, meet_tile, context);
}

// Both branches' sums of dz are the same.
CK_INLINE void part_rows(const ck_residual *k, tile t, int with_other, ptrdiff_t n) {
    const float *dy = k->dy + t.at, *y = k->y + t.at, *raw = k->branch.raw + t.at;
    const float *other = with_other ? k->other.raw + t.at : NULL;
    const ptrdiff_t ahead = t.rows * t.C;
    vf sum = v_zero(), product = v_zero(), other_product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        const ptrdiff_t at = r * t.C;
        vf d = v_select_gt(load_ahead(y + at, ahead, n), v_zero(), load_ahead(dy + at, ahead, n), v_zero());
        store_n(k->dz + t.at + at, n, d);
        sum = v_add(sum, d);
        product = v_fma(d, load_ahead(raw + at, ahead, n), product);
        if (with_other) other_product = v_fma(d, load_ahead(other + at, ahead, n), other_product);
    }
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, product);
    if (!with_other) return;
    sums = k->other_sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, other_product);
}

CK_INLINE void part_tile(const void *task, tile t) {
    const ck_residual *k = task;
    if (t.n < VW) part_rows(k, t, k->other.raw != NULL, t.n);
    else if (k->other.raw != NULL)
        part_rows(k, t, 1, VW);
    else
        part_rows(k, t, 0, VW);
}

void CK_NAME(ck_residual_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_residual *k = context;
    const ptrdiff_t C = k->images.C;
    memset(k->sums + block * 2 * C, 0, (size_t)(2 * C) * sizeof(float));
    if (k->other.raw != NULL) memset(k->other_sums + block * 2 * C, 0, (size_t)(2 * C) * sizeof(float));
    visit_tiles(&k->images, block, part_tile, k);
}
