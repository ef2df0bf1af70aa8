#include "residual.h"
#include "../norm/walk.h"
#include <string.h>

CK_INLINE void residual_forward_rows(const residual_job *k, tile t, ptrdiff_t n) {
    const affine one = affine_or_identity(k->branch.scale, k->branch.shift, t.c, n),
                 two = affine_or_identity(k->other.scale, k->other.shift, t.c, n);
    const float *raw = k->branch.raw + t.at, *other = k->other.raw + t.at;
    float *y = k->y + t.at;
    const ptrdiff_t ahead = t.rows * t.C;
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf sum =
            v_add(apply(one, load_ahead(raw + r * t.C, ahead, n)), apply(two, load_ahead(other + r * t.C, ahead, n)));
        store_n(y + r * t.C, n, v_max(v_zero(), sum)); // in this order, a NaN remains a NaN
    }
}

CK_INLINE void residual_forward_tile(const void *task, tile t) {
    if (t.n == VW) residual_forward_rows(task, t, VW);
    else
        residual_forward_rows(task, t, t.n);
}

void CK_NAME(ck_residual_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    visit_tiles(&((const residual_job *)context)->images, block, residual_forward_tile, context);
}

// The sum of dz is the same for both branches.
CK_INLINE void residual_backward_rows(const residual_backward_job *k, tile t, int with_other, ptrdiff_t n) {
    const ck_residual_gradients *g = &k->gradients;
    const float *dy = k->dy + t.at, *y = k->kept.y + t.at, *raw = k->kept.raw + t.at;
    const float *other = with_other ? k->kept.other_raw + t.at : NULL;
    const ptrdiff_t ahead = t.rows * t.C;
    vf sum = v_zero(), product = v_zero(), other_product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        const ptrdiff_t at = r * t.C;
        vf d = v_select_gt(load_ahead(y + at, ahead, n), v_zero(), load_ahead(dy + at, ahead, n), v_zero());
        store_n(g->dz + t.at + at, n, d);
        sum = v_add(sum, d);
        product = v_fma(d, load_ahead(raw + at, ahead, n), product);
        if (with_other) other_product = v_fma(d, load_ahead(other + at, ahead, n), other_product);
    }
    float *sums = g->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, product);
    if (!with_other) return;
    sums = g->other_sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, other_product);
}

CK_INLINE void residual_backward_tile(const void *task, tile t) {
    const residual_backward_job *k = task;
    if (t.n < VW) residual_backward_rows(k, t, k->kept.other_raw != NULL, t.n);
    else if (k->kept.other_raw != NULL)
        residual_backward_rows(k, t, 1, VW);
    else
        residual_backward_rows(k, t, 0, VW);
}

void CK_NAME(ck_residual_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const residual_backward_job *k = context;
    const ck_residual_gradients *g = &k->gradients;
    const ptrdiff_t C = k->images.C;
    memset(g->sums + block * 2 * C, 0, (size_t)(2 * C) * sizeof(float));
    if (k->kept.other_raw != NULL) memset(g->other_sums + block * 2 * C, 0, (size_t)(2 * C) * sizeof(float));
    visit_tiles(&k->images, block, residual_backward_tile, k);
}
