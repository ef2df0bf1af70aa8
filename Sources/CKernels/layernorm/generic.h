#include "layernorm.h"
#include "../isa/spans.h"
#include <math.h>
#include <string.h>

CK_INLINE ptrdiff_t rows_end(ptrdiff_t block, ptrdiff_t per_block, ptrdiff_t M) {
    return min((block + 1) * per_block, M);
}

CK_INLINE vf tanh_of(vf x) { return v_add(v_tanh(x), nan_of(x)); }
CK_INLINE vf tanh_slope(vf y) { return v_fnma(y, y, v_set1(1.0f)); }

// Sets the lanes from n on to 0. Lanes behind the end of a row are loaded as 0, but are −mean after the mean has been
// subtracted.
CK_INLINE vf only_n(vf v, ptrdiff_t n) {
    float lanes[VW];
    if (n == VW) return v;
    v_store(lanes, v);
    return v_load_tail(lanes, n);
}

// ---- Layer normalization

CK_INLINE void add_to(ptrdiff_t i, ptrdiff_t n, const float *x, vf *sum) { *sum = v_add(*sum, load_n(x + i, n)); }
CK_INLINE void add_square(ptrdiff_t i, ptrdiff_t n, const float *x, vf mean, vf *sum) {
    vf d = only_n(v_sub(load_n(x + i, n), mean), n);
    *sum = v_fma(d, d, *sum);
}
CK_INLINE void normalize(ptrdiff_t i, ptrdiff_t n, const layernorm_job *k, const float *x, vf mean, vf inv_std,
                         float *y) {
    vf normal = v_mul(v_sub(load_n(x + i, n), mean), inv_std);
    vf z = v_fma(normal, load_n(k->gamma + i, n), load_n(k->beta + i, n));
    store_n(y + i, n, k->plan.activation == CK_ROW_TANH ? tanh_of(z) : z);
}

void CK_NAME(ck_layernorm_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const layernorm_job *k = context;
    ptrdiff_t D = k->plan.rows.D;
    for (ptrdiff_t m = block * k->per_block; m < rows_end(block, k->per_block, k->plan.rows.M); m++) {
        const float *x = k->x + m * D;
        vf sum = v_zero(), squares = v_zero();
        FOR_SPAN(D, add_to, x, &sum);
        float mean = v_sum(sum) / (float)D;
        FOR_SPAN(D, add_square, x, v_set1(mean), &squares);
        float inv_std = 1 / sqrtf(v_sum(squares) / (float)D + k->plan.eps);
        FOR_SPAN(D, normalize, k, x, v_set1(mean), v_set1(inv_std), k->y + m * D);
        k->mean[m] = mean;
        k->inv_std[m] = inv_std;
    }
}

// A row of the backward pass. dx = inv_std·(g − mean(g) − x̂·mean(g·x̂)) with the normalized value x̂ and
// g = dz·gamma.
typedef struct {
    const layernorm_job *k;
    const float *x, *y, *dy;
    float *dx, *dgamma, *dbeta;
    vf mean, inv_std, mean_g, mean_gx;
} layernorm_row;

CK_INLINE vf normal_at(const layernorm_row *r, ptrdiff_t i, ptrdiff_t n) {
    return v_mul(v_sub(load_n(r->x + i, n), r->mean), r->inv_std);
}
CK_INLINE vf dz_at(const layernorm_row *r, ptrdiff_t i, ptrdiff_t n) {
    vf dy = load_n(r->dy + i, n);
    return r->k->plan.activation == CK_ROW_TANH ? v_mul(dy, tanh_slope(load_n(r->y + i, n))) : dy;
}
CK_INLINE void sum_gradient(ptrdiff_t i, ptrdiff_t n, const layernorm_row *r, vf *sum, vf *product) {
    vf dz = dz_at(r, i, n), normal = normal_at(r, i, n), g = v_mul(dz, load_n(r->k->gamma + i, n));
    *sum = v_add(*sum, g);
    *product = v_fma(g, normal, *product); // g is 0 in lanes behind the end of the row
    add_n(r->dgamma + i, n, v_mul(dz, normal));
    add_n(r->dbeta + i, n, dz);
}
CK_INLINE void store_gradient(ptrdiff_t i, ptrdiff_t n, const layernorm_row *r) {
    vf g = v_mul(dz_at(r, i, n), load_n(r->k->gamma + i, n));
    vf centred = v_fnma(normal_at(r, i, n), r->mean_gx, v_sub(g, r->mean_g));
    vf before = r->k->update == CK_ADD ? load_n(r->dx + i, n) : v_zero();
    store_n(r->dx + i, n, v_fma(r->inv_std, centred, before));
}

void CK_NAME(ck_layernorm_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const layernorm_job *k = context;
    ptrdiff_t D = k->plan.rows.D;
    layernorm_row r = {.k = k, .dgamma = k->dgamma + block * D, .dbeta = k->dbeta + block * D};
    memset(r.dgamma, 0, (size_t)D * sizeof(float));
    memset(r.dbeta, 0, (size_t)D * sizeof(float));
    for (ptrdiff_t m = block * k->per_block; m < rows_end(block, k->per_block, k->plan.rows.M); m++) {
        r.x = k->x + m * D, r.y = k->y + m * D, r.dy = k->dy + m * D, r.dx = k->dx + m * D;
        r.mean = v_set1(k->mean[m]), r.inv_std = v_set1(k->inv_std[m]);
        vf sum = v_zero(), product = v_zero();
        FOR_SPAN(D, sum_gradient, &r, &sum, &product);
        r.mean_g = v_set1(v_sum(sum) / (float)D), r.mean_gx = v_set1(v_sum(product) / (float)D);
        FOR_SPAN(D, store_gradient, &r);
    }
}

// ---- l2 normalization

CK_INLINE void add_product(ptrdiff_t i, ptrdiff_t n, const float *a, const float *b, vf *sum) {
    *sum = v_fma(load_n(a + i, n), load_n(b + i, n), *sum);
}
CK_INLINE void scale_row(ptrdiff_t i, ptrdiff_t n, const float *x, vf factor, float *y) {
    store_n(y + i, n, v_mul(load_n(x + i, n), factor));
}
CK_INLINE void project(ptrdiff_t i, ptrdiff_t n, const float *y, const float *dy, vf dot, vf inv_norm, ck_update update,
                       float *dx) {
    vf v = v_mul(inv_norm, v_fnma(load_n(y + i, n), dot, load_n(dy + i, n)));
    store_n(dx + i, n, update == CK_ADD ? v_add(load_n(dx + i, n), v) : v);
}

void CK_NAME(ck_l2_normalize_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_l2_rows *k = context;
    for (ptrdiff_t m = block * k->per_block; m < rows_end(block, k->per_block, k->rows.M); m++) {
        const float *x = k->x + m * k->rows.D;
        vf sum = v_zero();
        FOR_SPAN(k->rows.D, add_product, x, x, &sum);
        float norm = sqrtf(v_sum(sum));
        k->inv_norm[m] = 1 / (norm < 1e-12f ? 1e-12f : norm);
        FOR_SPAN(k->rows.D, scale_row, x, v_set1(k->inv_norm[m]), k->y + m * k->rows.D);
    }
}

void CK_NAME(ck_l2_normalize_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_l2_rows *k = context;
    for (ptrdiff_t m = block * k->per_block; m < rows_end(block, k->per_block, k->rows.M); m++) {
        const float *y = k->y + m * k->rows.D, *dy = k->dy + m * k->rows.D;
        vf dot = v_zero();
        FOR_SPAN(k->rows.D, add_product, y, dy, &dot);
        // If the norm was replaced by 1e-12, y is x times a constant, and the gradient has no term with the dot
        // product.
        float along = k->inv_norm[m] < 1 / 1e-12f ? v_sum(dot) : 0;
        FOR_SPAN(k->rows.D, project, y, dy, v_set1(along), v_set1(k->inv_norm[m]), k->update, k->dx + m * k->rows.D);
    }
}

// ---- tanh

CK_INLINE void tanh_forward(ptrdiff_t i, ptrdiff_t n, const float *x, float *y) {
    store_n(y + i, n, tanh_of(load_n(x + i, n)));
}
CK_INLINE void tanh_backward(ptrdiff_t i, ptrdiff_t n, const float *y, const float *dy, float *dx) {
    store_n(dx + i, n, v_mul(load_n(dy + i, n), tanh_slope(load_n(y + i, n))));
}

void CK_NAME(ck_tanh_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_tanh_span *k = context;
    ptrdiff_t first = block * TANH_FLOATS, count = rows_end(block, TANH_FLOATS, k->count) - first;
    FOR_SPAN(count, tanh_forward, k->x + first, k->out + first);
}

void CK_NAME(ck_tanh_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_tanh_span *k = context;
    ptrdiff_t first = block * TANH_FLOATS, count = rows_end(block, TANH_FLOATS, k->count) - first;
    FOR_SPAN(count, tanh_backward, k->y + first, k->dy + first, k->out + first);
}
