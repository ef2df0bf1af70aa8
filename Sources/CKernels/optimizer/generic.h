#include "optimizer.h"
#include "../isa/spans.h"

// One vector of Adam. It does not use fused multiply-add, so that the order of operations is that of PyTorch and every
// instruction set gives the same bits.
CK_INLINE void adam(ptrdiff_t i, ptrdiff_t n, const ck_adam_arena *k) {
    vf g = load_n(k->g + i, n), m = load_n(k->m + i, n), v = load_n(k->v + i, n);
    vf w = v_mul(load_n(k->w + i, n), v_set1(k->decay));
    m = v_add(m, v_mul(v_set1(k->rate1), v_sub(g, m)));
    v = v_add(v_mul(v, v_set1(k->beta2)), v_mul(v_mul(v_set1(k->rate2), g), g));
    vf root = v_div(v_sqrt(v), v_set1(k->root_correction));
    w = v_add(w, v_div(v_mul(v_set1(k->step), m), v_add(root, v_set1(k->epsilon))));
    store_n(k->m + i, n, m);
    store_n(k->v + i, n, v);
    store_n(k->w + i, n, w);
}

void CK_NAME(ck_adam_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    ck_adam_arena k = *(const ck_adam_arena *)context;
    ptrdiff_t first = block * ARENA_FLOATS;
    k.g += first, k.m += first, k.v += first, k.w += first;
    k.count = min(k.count - first, ARENA_FLOATS);
    FOR_SPAN(k.count, adam, &k);
}

CK_INLINE void sgd(ptrdiff_t i, ptrdiff_t n, const ck_sgd_arena *k) {
    vf w = load_n(k->w + i, n);
    vf g = v_add(load_n(k->g + i, n), v_mul(v_set1(k->decay), w));
    vf m = v_add(v_mul(v_set1(k->momentum), load_n(k->m + i, n)), v_mul(v_set1(k->trust), g));
    store_n(k->m + i, n, m);
    store_n(k->w + i, n, v_sub(w, v_mul(v_set1(k->rate), m)));
}

void CK_NAME(ck_sgd_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    ck_sgd_arena k = *(const ck_sgd_arena *)context;
    ptrdiff_t first = block * ARENA_FLOATS;
    k.g += first, k.m += first, k.w += first;
    k.count = min(k.count - first, ARENA_FLOATS);
    FOR_SPAN(k.count, sgd, &k);
}

CK_INLINE void average(ptrdiff_t i, ptrdiff_t n, const ck_average_arena *k) {
    vf mean = load_n(k->average + i, n);
    store_n(k->average + i, n, v_add(mean, v_mul(v_set1(k->rate), v_sub(load_n(k->w + i, n), mean))));
}

void CK_NAME(ck_average_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    ck_average_arena k = *(const ck_average_arena *)context;
    ptrdiff_t first = block * ARENA_FLOATS;
    k.w += first, k.average += first;
    k.count = min(k.count - first, ARENA_FLOATS);
    FOR_SPAN(k.count, average, &k);
}

CK_INLINE void sum_square(ptrdiff_t i, ptrdiff_t n, const float *x, vf *sum) {
    vf v = load_n(x + i, n);
    *sum = v_fma(v, v, *sum);
}

void CK_NAME(ck_squares_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_squares *k = context;
    ptrdiff_t first = block * ARENA_FLOATS;
    ptrdiff_t count = min(k->count - first, ARENA_FLOATS);
    vf sum = v_zero();
    FOR_SPAN(count, sum_square, k->x + first, &sum);
    k->sums[block] = v_sum(sum);
}
