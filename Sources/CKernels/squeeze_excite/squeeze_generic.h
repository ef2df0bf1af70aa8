// The passes over the feature map (N, R, C).
#include <string.h>

// u[i] := the activated operand of row r + i, for i in 0 ..< rows
CK_INLINE void activated_rows(raw_values x, affine k, tile t, ck_activation activation, ptrdiff_t n, int is_bf16,
                              ptrdiff_t r, vf *u, const int rows) {
    vf z[ABREAST];
    CK_EACH_OF(rows) z[i] = apply(k, load_raw_ahead(x, t.at + (r + i) * t.C, t.rows * t.C, n, is_bf16));
    activate_all(activation, u, z, rows);
}

CK_INLINE void squeeze_forward_run(raw_values x, affine z, tile t, ck_activation activation, ptrdiff_t n, int is_bf16,
                                   vf *sum, ptrdiff_t r, const int rows) {
    vf u[ABREAST];
    activated_rows(x, z, t, activation, n, is_bf16, r, u, rows);
    CK_EACH_OF(rows) *sum = v_add(*sum, u[i]);
}

CK_INLINE void squeeze_forward_rows(const squeeze_job *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    affine z = affine_of(k->x, t.c, n);
    vf sum = v_zero();
    RUNS_OF_ROWS(t, squeeze_forward_run, raw_of(k->x), z, t, activation, n, is_bf16, &sum);
    add_n(k->out + t.image * t.C + t.c, n, v_mul(sum, v_set1(1.0f / (float)k->images.R)));
}

CK_INLINE void squeeze_forward_tile(const void *task, tile t) {
    const squeeze_job *k = task;
    WITH_CONSTANTS(squeeze_forward_rows, k, t, k->x);
}

CK_INLINE void clear_out(const squeeze_job *k, ptrdiff_t block) {
    const ck_image_range r = ck_images_of_block(k->images, block);
    memset(k->out + r.first * k->images.C, 0, (size_t)((r.end - r.first) * k->images.C) * sizeof(float));
}

void CK_NAME(ck_squeeze_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    clear_out(context, block);
    visit_tiles(&((const squeeze_job *)context)->images, block, squeeze_forward_tile, context);
}

CK_INLINE void gate_run(raw_values x, const float *da, affine z, tile t, ck_activation activation, ptrdiff_t n,
                        int is_bf16, vf *sum, ptrdiff_t r, const int rows) {
    vf u[ABREAST];
    activated_rows(x, z, t, activation, n, is_bf16, r, u, rows);
    CK_EACH_OF(rows) *sum = v_fma(load_ahead(da + (r + i) * t.C, t.rows * t.C, n), u[i], *sum);
}

CK_INLINE void gate_rows(const squeeze_job *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    affine z = affine_of(k->x, t.c, n);
    vf sum = v_zero();
    RUNS_OF_ROWS(t, gate_run, raw_of(k->x), k->da + t.at, z, t, activation, n, is_bf16, &sum);
    add_n(k->out + t.image * t.C + t.c, n, sum);
}

CK_INLINE void gate_tile(const void *task, tile t) {
    const squeeze_job *k = task;
    WITH_CONSTANTS(gate_rows, k, t, k->x);
}

void CK_NAME(ck_gate_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    clear_out(context, block);
    visit_tiles(&((const squeeze_job *)context)->images, block, gate_tile, context);
}

typedef struct {
    affine z;
    vf gate, mean;
    vf sum, product;
} squeeze_backward;

CK_INLINE void squeeze_backward_run(raw_values x, float *dz, squeeze_backward *k, tile t, ck_activation activation,
                                    ptrdiff_t n, int is_bf16, ptrdiff_t r, const int rows) {
    vf v[ABREAST], z[ABREAST], slope[ABREAST];
    CK_EACH_OF(rows) v[i] = load_raw_ahead(x, t.at + (r + i) * t.C, t.rows * t.C, n, is_bf16);
    CK_EACH_OF(rows) z[i] = apply(k->z, v[i]);
    derive_all(activation, slope, z, rows);
    CK_EACH_OF(rows) {
        float *at = dz + (r + i) * t.C;
        vf d = v_mul(v_fma(load_ahead(at, t.rows * t.C, n), k->gate, k->mean), slope[i]);
        store_n(at, n, d);
        k->sum = v_add(k->sum, d);
        k->product = v_fma(d, v[i], k->product);
    }
}

CK_INLINE void squeeze_backward_rows(const squeeze_job *k, tile t, ptrdiff_t n, int is_bf16, ck_activation activation) {
    ptrdiff_t nc = t.image * t.C + t.c;
    squeeze_backward u = {.z = affine_of(k->x, t.c, n), .sum = v_zero(), .product = v_zero()};
    u.gate = k->x->gate != NULL ? load_n(k->x->gate + nc, n) : v_set1(1.0f);
    u.mean = v_mul(load_n(k->dpooled + nc, n), v_set1(1.0f / (float)k->images.R));
    RUNS_OF_ROWS(t, squeeze_backward_run, raw_of(k->x), k->dz + t.at, &u, t, activation, n, is_bf16);
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, u.sum);
    add_n(sums + t.C, n, u.product);
}

CK_INLINE void squeeze_backward_tile(const void *task, tile t) {
    const squeeze_job *k = task;
    WITH_CONSTANTS(squeeze_backward_rows, k, t, k->x);
}

void CK_NAME(ck_squeeze_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const squeeze_job *k = context;
    memset(k->sums + block * 2 * k->images.C, 0, (size_t)(2 * k->images.C) * sizeof(float));
    visit_tiles(&k->images, block, squeeze_backward_tile, k);
}
