#include "normalize.h"
#include "tiles.h"
#include <string.h>

CK_INLINE void add_rows(const ck_normalize_add *k, tile t, int with_residual, ptrdiff_t n, const int halved) {
    float image_scale = k->image_scale != NULL ? k->image_scale[t.image] : 1.0f;
    vf scale = v_mul(load_n(k->x->scale + t.c, n), v_set1(image_scale));
    vf shift = v_mul(load_n(k->x->shift + t.c, n), v_set1(image_scale));
    raw_values x = raw_of(k->x);
    const float *residual = with_residual ? k->residual + t.at : NULL;
    float *y = k->y + t.at;
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf v = v_fma(load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, halved), scale, shift);
        if (with_residual) v = v_add(v, load_ahead(residual + r * t.C, t.rows * t.C, n));
        store_n(y + r * t.C, n, v);
    }
}

CK_INLINE void add_tile(const ck_normalize_add *k, tile t, const int halved) {
    if (t.n < VW) add_rows(k, t, k->residual != NULL, t.n, halved);
    else if (k->residual != NULL)
        add_rows(k, t, 1, VW, halved);
    else
        add_rows(k, t, 0, VW, halved);
}

CK_INLINE void normalize_add_tile(const void *task, tile t) {
    const ck_normalize_add *k = task;
    if (k->x->x16 != NULL) add_tile(k, t, 1);
    else
        add_tile(k, t, 0);
}

void CK_NAME(ck_normalize_add_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_normalize_add *k = context;
    visit_tiles(&k->images, block, normalize_add_tile, k);
}

CK_INLINE void sum_rows(const ck_normalize_add_gradient *k, tile t, ptrdiff_t n, const int halved) {
    const float *dy = k->dy + t.at;
    raw_values x = raw_of(k->x);
    vf sum = v_zero(), product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf d = load_ahead(dy + r * t.C, t.rows * t.C, n);
        sum = v_add(sum, d);
        product = v_fma(d, load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, halved), product);
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
