#include "normalize.h"
#include "tiles.h"
#include <string.h>

CK_INLINE void add_rows(const ck_normalize_add *k, tile t, int with_residual, ptrdiff_t n) {
    float image_scale = k->image_scale != NULL ? k->image_scale[t.image] : 1.0f;
    vf scale = v_mul(load_n(k->scale + t.c, n), v_set1(image_scale));
    vf shift = v_mul(load_n(k->shift + t.c, n), v_set1(image_scale));
    const float *raw = k->raw + t.at;
    const float *residual = with_residual ? k->residual + t.at : NULL;
    float *y = k->y + t.at;
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf v = v_fma(load_ahead(raw + r * t.C, t.rows * t.C, n), scale, shift);
        if (with_residual) v = v_add(v, load_ahead(residual + r * t.C, t.rows * t.C, n));
        store_n(y + r * t.C, n, v);
    }
}

CK_INLINE void normalize_add_tile(const void *task, tile t) {
    const ck_normalize_add *k = task;
    if (t.n < VW) add_rows(k, t, k->residual != NULL, t.n);
    else if (k->residual != NULL)
        add_rows(k, t, 1, VW);
    else
        add_rows(k, t, 0, VW);
}

void CK_NAME(ck_normalize_add_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_normalize_add *k = context;
    visit_tiles(&k->images, block, normalize_add_tile, k);
}

CK_INLINE void sum_rows(const ck_normalize_add_gradient *k, tile t, ptrdiff_t n) {
    const float *dy = k->dy + t.at, *raw = k->raw + t.at;
    vf sum = v_zero(), product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf d = load_ahead(dy + r * t.C, t.rows * t.C, n);
        sum = v_add(sum, d);
        product = v_fma(d, load_ahead(raw + r * t.C, t.rows * t.C, n), product);
    }
    vf image_scale = v_set1(k->image_scale != NULL ? k->image_scale[t.image] : 1.0f);
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, v_mul(sum, image_scale));
    add_n(sums + t.C, n, v_mul(product, image_scale));
}

CK_INLINE void normalize_add_gradient_tile(const void *task, tile t) {
    if (t.n == VW) sum_rows(task, t, VW);
    else
        sum_rows(task, t, t.n);
}

void CK_NAME(ck_normalize_add_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_normalize_add_gradient *k = context;
    memset(k->sums + block * 2 * k->images.C, 0, (size_t)(2 * k->images.C) * sizeof(float));
    visit_tiles(&k->images, block, normalize_add_gradient_tile, k);
}
