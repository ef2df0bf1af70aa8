// The passes over (N, R, C).
#include <string.h>

CK_INLINE void squeeze_rows(const ck_squeeze *k, tile t, ck_activation activation, ptrdiff_t n) {
    const float *x = k->x->x + t.at;
    affine z = affine_at(k->x, t.c, n);
    vf sum = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++)
        sum = v_add(sum, activate(activation, apply(z, load_ahead(x + r * t.C, t.rows * t.C, n))));
    add_n(k->out + t.image * t.C + t.c, n, v_mul(sum, v_set1(1.0f / (float)k->images.R)));
}

CK_INLINE void squeeze_tile(const void *task, tile t) {
    const ck_squeeze *k = task;
    WITH_CONSTANTS(squeeze_rows, k, t, k->x->activation);
}

CK_INLINE void clear_out(const ck_squeeze *k, ptrdiff_t block) {
    ptrdiff_t first = ck_images_first(&k->images, block), end = ck_images_end(&k->images, block);
    memset(k->out + first * k->images.C, 0, (size_t)((end - first) * k->images.C) * sizeof(float));
}

void CK_NAME(ck_squeeze_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    clear_out(context, block);
    visit_tiles(&((const ck_squeeze *)context)->images, block, squeeze_tile, context);
}

CK_INLINE void gate_rows(const ck_squeeze *k, tile t, ck_activation activation, ptrdiff_t n) {
    const float *x = k->x->x + t.at, *da = k->da + t.at;
    affine z = affine_at(k->x, t.c, n);
    vf sum = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++)
        sum = v_fma(load_ahead(da + r * t.C, t.rows * t.C, n),
                    activate(activation, apply(z, load_ahead(x + r * t.C, t.rows * t.C, n))), sum);
    add_n(k->out + t.image * t.C + t.c, n, sum);
}

CK_INLINE void gate_tile(const void *task, tile t) {
    const ck_squeeze *k = task;
    WITH_CONSTANTS(gate_rows, k, t, k->x->activation);
}

void CK_NAME(ck_gate_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    clear_out(context, block);
    visit_tiles(&((const ck_squeeze *)context)->images, block, gate_tile, context);
}

CK_INLINE void unsqueeze_rows(const ck_squeeze *k, tile t, ck_activation activation, ptrdiff_t n) {
    const float *x = k->x->x + t.at;
    float *dz = k->dz + t.at;
    ptrdiff_t nc = t.image * t.C + t.c;
    affine z = affine_at(k->x, t.c, n);
    vf gate = k->x->gate != NULL ? load_n(k->x->gate + nc, n) : v_set1(1.0f);
    vf mean = v_mul(load_n(k->dpooled + nc, n), v_set1(1.0f / (float)k->images.R));
    vf sum = v_zero(), product = v_zero();
    for (ptrdiff_t r = 0; r < t.rows; r++) {
        vf v = load_ahead(x + r * t.C, t.rows * t.C, n);
        vf du = v_fma(load_ahead(dz + r * t.C, t.rows * t.C, n), gate, mean);
        vf d = v_mul(du, activation_derivative(activation, apply(z, v)));
        store_n(dz + r * t.C, n, d);
        sum = v_add(sum, d);
        product = v_fma(d, v, product);
    }
    float *sums = k->sums + t.block * 2 * t.C + t.c;
    add_n(sums, n, sum);
    add_n(sums + t.C, n, product);
}

CK_INLINE void unsqueeze_tile(const void *task, tile t) {
    const ck_squeeze *k = task;
    WITH_CONSTANTS(unsqueeze_rows, k, t, k->x->activation);
}

void CK_NAME(ck_squeeze_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_squeeze *k = context;
    memset(k->sums + block * 2 * k->images.C, 0, (size_t)(2 * k->images.C) * sizeof(float));
    visit_tiles(&k->images, block, unsqueeze_tile, k);
}
