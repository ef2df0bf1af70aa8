// The reference implementation in double.
#include "ck_stem.h"
#include "../norm/operand_reference.h"

static int inside(const ck_stem *plan, ptrdiff_t h, ptrdiff_t v) {
    return h >= 0 && h < plan->H && v >= 0 && v < plan->W;
}

void ck_stem_forward_reference(const ck_stem *plan, const float *x, const float *w, float *y) {
    const ptrdiff_t H = plan->H, W = plan->W, C = plan->C, O = plan->O, P = plan->P, Q = plan->Q;
    for (ptrdiff_t n = 0; n < plan->N; n++)
        for (ptrdiff_t p = 0; p < P; p++)
            for (ptrdiff_t q = 0; q < Q; q++)
                for (ptrdiff_t o = 0; o < O; o++) {
                    double sum = 0;
                    for (ptrdiff_t i = 0; i < 3; i++)
                        for (ptrdiff_t j = 0; j < 3; j++)
                            for (ptrdiff_t c = 0; c < C; c++) {
                                ptrdiff_t h = 2 * p + i - 1, v = 2 * q + j - 1;
                                if (!inside(plan, h, v)) continue;
                                sum += (double)x[((n * H + h) * W + v) * C + c] * w[((i * 3 + j) * C + c) * O + o];
                            }
                    y[((n * P + p) * Q + q) * O + o] = (float)sum;
                }
}

static double read_gradient(const ck_gradient *dy, ptrdiff_t image, ptrdiff_t row, ptrdiff_t o, ptrdiff_t O) {
    double draw = dy->dz[row * O + o] * (dy->image_scale ? (double)dy->image_scale[image] : 1);
    if (dy->a == NULL) return draw;
    return dy->a[o] * draw + dy->b[o] * reference_raw(dy->raw, dy->raw16, row * O + o) + dy->c[o];
}

void ck_stem_backward_reference(const ck_stem *plan, const float *x, const ck_gradient *dy, float *dw) {
    const ptrdiff_t H = plan->H, W = plan->W, C = plan->C, O = plan->O, P = plan->P, Q = plan->Q;
    for (ptrdiff_t i = 0; i < 3; i++)
        for (ptrdiff_t j = 0; j < 3; j++)
            for (ptrdiff_t c = 0; c < C; c++)
                for (ptrdiff_t o = 0; o < O; o++) {
                    double sum = 0;
                    for (ptrdiff_t n = 0; n < plan->N; n++)
                        for (ptrdiff_t p = 0; p < P; p++)
                            for (ptrdiff_t q = 0; q < Q; q++) {
                                ptrdiff_t h = 2 * p + i - 1, v = 2 * q + j - 1;
                                if (!inside(plan, h, v)) continue;
                                sum +=
                                    read_gradient(dy, n, (n * P + p) * Q + q, o, O) * x[((n * H + h) * W + v) * C + c];
                            }
                    dw[((i * 3 + j) * C + c) * O + o] = (float)sum;
                }
}
