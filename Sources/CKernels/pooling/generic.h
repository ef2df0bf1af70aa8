#include "pooling.h"
#include "../norm/walk.h"
#include <string.h>

// A tile has all rows of an image. The position of the maximum is in a register, as a float, which is exact for up to
// CK_GLOBAL_MAX_ROWS rows.
CK_INLINE void max_forward_rows(const ck_pooling *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    raw_values x = raw_of(k->x);
    affine z = affine_of(k->x, t.c, n);
    vf best = activate(activation, apply(z, load_raw(x, t.at, n, is_bf16))), place = v_zero();
    for (ptrdiff_t r = 1; r < t.rows; r++) {
        vf u = activate(activation, apply(z, load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, is_bf16)));
        place = v_select_beats(u, best, v_set1((float)r), place);
        best = v_select_beats(u, best, u, best);
    }
    float places[VW];
    v_store(places, place);
    store_n(k->y + t.image * t.C + t.c, n, best);
    for (ptrdiff_t l = 0; l < n; l++) k->index[t.image * t.C + t.c + l] = (int32_t)places[l];
}

CK_INLINE void max_forward_tile(const void *task, tile t) {
    const ck_pooling *k = task;
    WITH_CONSTANTS(max_forward_rows, k, t, k->x);
}

CK_INLINE void clear_sums(const ck_pooling *k, ptrdiff_t block) {
    if (k->sums != NULL) memset(k->sums + block * 2 * k->images.C, 0, (size_t)(2 * k->images.C) * sizeof(float));
}

CK_INLINE void add_sums(const ck_pooling *k, tile t, ptrdiff_t n, vf sum, vf product) {
    if (k->sums == NULL) return;
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, product);
}

void CK_NAME(ck_global_max_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    visit_images(&((const ck_pooling *)context)->images, block, max_forward_tile, context);
}

CK_INLINE void max_backward_rows(const ck_pooling *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    float places[VW] = {0}, picked[VW] = {0};
    const int32_t *index = k->index + t.image * t.C + t.c;
    for (ptrdiff_t l = 0; l < n; l++) {
        places[l] = (float)index[l];
        picked[l] = raw_at(raw_of(k->x), t.at + index[l] * t.C + l, is_bf16);
    }
    vf x = v_load(picked), place = v_load(places);
    vf slope = activation_derivative(activation, apply(affine_of(k->x, t.c, n), x));
    vf d = v_mul(slope, load_n(k->dy + t.image * t.C + t.c, n));
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf away = v_sub(place, v_set1((float)r));
        store_n(k->dz + t.at + r * t.C, n, v_select_gt(v_set1(0.5f), v_mul(away, away), d, v_zero()));
    }
    add_sums(k, t, n, d, v_mul(d, x));
}

CK_INLINE void max_backward_tile(const void *task, tile t) {
    const ck_pooling *k = task;
    WITH_CONSTANTS(max_backward_rows, k, t, k->x);
}

void CK_NAME(ck_global_max_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    clear_sums(context, block);
    visit_images(&((const ck_pooling *)context)->images, block, max_backward_tile, context);
}

CK_INLINE void average_backward_rows(const ck_pooling *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    raw_values x = raw_of(k->x);
    float *dz = k->dz + t.at;
    affine z = affine_of(k->x, t.c, n);
    vf du = v_mul(load_n(k->dy + t.image * t.C + t.c, n), v_set1(1.0f / (float)k->images.R));
    vf sum = v_zero(), product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf v = load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, is_bf16);
        vf d = v_mul(du, activation_derivative(activation, apply(z, v)));
        store_n(dz + r * t.C, n, d);
        sum = v_add(sum, d);
        product = v_fma(d, v, product);
    }
    add_sums(k, t, n, sum, product);
}

CK_INLINE void average_backward_tile(const void *task, tile t) {
    const ck_pooling *k = task;
    WITH_CONSTANTS(average_backward_rows, k, t, k->x);
}

void CK_NAME(ck_global_average_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    clear_sums(context, block);
    visit_tiles(&((const ck_pooling *)context)->images, block, average_backward_tile, context);
}
