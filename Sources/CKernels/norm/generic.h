#include "normalize.h"
#include "walk.h"
#include <string.h>

CK_INLINE void add_rows(const ck_normalize_add *k, tile t, ptrdiff_t n, const int is_bf16, const int residual_is_bf16) {
    float image_scale = k->image_scale != NULL ? k->image_scale[t.image] : 1.0f;
    vf scale = v_mul(load_n(k->x->scale + t.c, n), v_set1(image_scale));
    vf shift = v_mul(load_n(k->x->shift + t.c, n), v_set1(image_scale));
    const affine identity = affine_of(k->residual, t.c, n);
    raw_values x = raw_of(k->x), residual = raw_of(k->residual);
    const ptrdiff_t ahead = t.rows * t.C;
    float *y = k->y + t.at;
    for (ptrdiff_t r = 0, at = t.at; r < t.rows; r++, at += t.C) {
        vf v = v_fma(load_raw_ahead(x, at, ahead, n, is_bf16), scale, shift);
        vf other = apply(identity, load_raw_ahead(residual, at, ahead, n, residual_is_bf16));
        store_n(y + r * t.C, n, v_add(v, other));
    }
}

CK_INLINE void add_tile(const ck_normalize_add *k, tile t, ptrdiff_t n) {
    const int is_bf16 = k->x->x16 != NULL, residual_is_bf16 = k->residual->x16 != NULL;
    if (is_bf16 && residual_is_bf16) add_rows(k, t, n, 1, 1);
    else if (is_bf16)
        add_rows(k, t, n, 1, 0);
    else
        add_rows(k, t, n, 0, residual_is_bf16);
}

CK_INLINE void normalize_add_tile(const void *task, tile t) {
    if (t.n == VW) add_tile(task, t, VW);
    else
        add_tile(task, t, t.n);
}

void CK_NAME(ck_normalize_add_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_normalize_add *k = context;
    visit_tiles(&k->images, block, normalize_add_tile, k);
}

CK_INLINE void sum_rows(const ck_normalize_add_gradient *k, tile t, ptrdiff_t n, const int is_bf16) {
    const float *dy = k->dy + t.at;
    raw_values x = raw_of(k->x);
    vf sum = v_zero(), product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf d = load_ahead(dy + r * t.C, t.rows * t.C, n);
        sum = v_add(sum, d);
        product = v_fma(d, load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, is_bf16), product);
    }
    vf image_scale = v_set1(k->image_scale != NULL ? k->image_scale[t.image] : 1.0f);
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, v_mul(sum, image_scale));
    add_n(sums + t.C, n, v_mul(product, image_scale));
}

CK_INLINE void normalize_add_gradient_tile(const void *task, tile t) {
    const ck_normalize_add_gradient *k = task;
    if (t.n < VW) sum_rows(k, t, t.n, k->x->x16 != NULL);
    else if (k->x->x16 != NULL)
        sum_rows(k, t, VW, 1);
    else
        sum_rows(k, t, VW, 0);
}

void CK_NAME(ck_normalize_add_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_normalize_add_gradient *k = context;
    memset(k->sums + block * 2 * k->images.C, 0, (size_t)(2 * k->images.C) * sizeof(float));
    visit_tiles(&k->images, block, normalize_add_gradient_tile, k);
}
