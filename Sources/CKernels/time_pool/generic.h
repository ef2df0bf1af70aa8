#include "time_pool.h"
#include "../norm/walk.h"
#include <string.h>

// Pools one vector of channels. For each group of mel bands, it passes over all rows of the group, with the sum, the
// maximum and the position of the maximum in registers. `lost` restores a NaN that v_select_gt ignores.
CK_INLINE void pool_rows(const ck_time_pool_task *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    const ck_time_pool *p = k->p;
    raw_values x = raw_of(k->x);
    affine z = affine_of(k->x, t.c, n);
    for (ptrdiff_t g = 0; g < p->G; g++) {
        ptrdiff_t first = ck_time_pool_band(p, g), end = ck_time_pool_band(p, g + 1);
        vf sum = v_zero(), lost = v_zero(), place = v_set1((float)first);
        vf best = activate(activation, apply(z, load_raw(x, t.at + first * t.C, n, is_bf16)));
        for (ptrdiff_t time = 0; time < p->T; time++)
            for (ptrdiff_t w = first; w < end; w++) {
                ptrdiff_t r = time * p->W + w;
                vf u = activate(activation, apply(z, load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, is_bf16)));
                sum = v_add(sum, u);
                lost = v_add(lost, nan_of(u));
                place = v_select_gt(u, best, v_set1((float)r), place);
                best = v_select_gt(u, best, u, best);
            }
        ptrdiff_t at = t.image * p->stride + g * t.C + t.c;
        store_n(k->mean + at, n, v_mul(sum, v_set1(1.0f / (float)((end - first) * p->T))));
        if (k->max == NULL) continue;
        store_n(k->max + at, n, v_add(best, lost));
        if (k->index == NULL) continue;
        float places[VW];
        v_store(places, place);
        int32_t *index = k->index + (t.image * p->G + g) * t.C + t.c;
        for (ptrdiff_t l = 0; l < n; l++) index[l] = (int32_t)places[l];
    }
}

CK_INLINE void pool_tile(const void *task, tile t) {
    const ck_time_pool_task *k = task;
    WITH_CONSTANTS(pool_rows, k, t, k->x);
}

void CK_NAME(ck_time_pool_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    visit_images(&((const ck_time_pool_task *)context)->images, block, pool_tile, context);
}

CK_INLINE void backward_rows(const ck_time_pool_task *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    const ck_time_pool *p = k->p;
    raw_values x = raw_of(k->x);
    affine z = affine_of(k->x, t.c, n);
    vf sum = v_zero(), product = v_zero();
    for (ptrdiff_t g = 0; g < p->G; g++) {
        ptrdiff_t first = ck_time_pool_band(p, g), end = ck_time_pool_band(p, g + 1);
        ptrdiff_t at = t.image * p->stride + g * t.C + t.c;
        vf share = v_mul(load_n(k->dy.dmean + at, n), v_set1(1.0f / (float)((end - first) * p->T)));
        vf peak = v_zero(), place = v_set1(-1.0f);
        if (k->dy.dmax != NULL) {
            float places[VW] = {0};
            const int32_t *index = k->dy.index + (t.image * p->G + g) * t.C + t.c;
            for (ptrdiff_t l = 0; l < n; l++) places[l] = (float)index[l];
            place = v_load(places);
            peak = load_n(k->dy.dmax + at, n);
        }
        for (ptrdiff_t time = 0; time < p->T; time++)
            for (ptrdiff_t w = first; w < end; w++) {
                ptrdiff_t r = time * p->W + w;
                vf v = load_raw_ahead(x, t.at + r * t.C, t.rows * t.C, n, is_bf16);
                vf away = v_sub(place, v_set1((float)r));
                vf du = v_add(share, v_select_gt(v_set1(0.5f), v_mul(away, away), peak, v_zero()));
                vf d = v_mul(du, activation_derivative(activation, apply(z, v)));
                store_n(k->dz + t.at + r * t.C, n, d);
                sum = v_add(sum, d);
                product = v_fma(d, v, product);
            }
    }
    if (k->sums == NULL) return;
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, product);
}

CK_INLINE void backward_tile(const void *task, tile t) {
    const ck_time_pool_task *k = task;
    WITH_CONSTANTS(backward_rows, k, t, k->x);
}

void CK_NAME(ck_time_pool_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_time_pool_task *k = context;
    ptrdiff_t C = k->images.C;
    if (k->sums != NULL) memset(k->sums + block * 2 * C, 0, (size_t)(2 * C) * sizeof(float));
    visit_images(&k->images, block, backward_tile, context);
}
