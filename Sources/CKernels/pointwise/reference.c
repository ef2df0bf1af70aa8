#include "ck_pointwise.h"
#include "../norm/operand_reference.h"
#include <math.h>

// The value of the operand at (m, c), see ck_operand.h.
static double operand_at(const ck_operand *o, ptrdiff_t C, ptrdiff_t rows_per_image, ptrdiff_t m, ptrdiff_t c) {
    double z = reference_activation(o->activation, reference_z(o, m * C + c, c));
    return o->gate ? z * o->gate[m / rows_per_image * C + c] : z;
}

static double gradient_at(const ck_gradient *g, ptrdiff_t C, ptrdiff_t rows_per_image, ptrdiff_t m, ptrdiff_t c) {
    double dz = (double)g->dz[m * C + c] * (g->image_scale ? g->image_scale[m / rows_per_image] : 1);
    return g->a ? g->a[c] * dz + g->b[c] * reference_raw(g->raw, g->raw16, m * C + c) + g->c[c] : dz;
}

void ck_pointwise_forward_reference(const ck_pointwise *plan, const ck_operand *x, const float *w, const float *bias,
                                    float *y) {
    ptrdiff_t M = plan->M, K = plan->K, N = plan->N;
    for (ptrdiff_t m = 0; m < M; m++)
        for (ptrdiff_t n = 0; n < N; n++) {
            double sum = bias ? bias[n] : 0;
            for (ptrdiff_t k = 0; k < K; k++) sum += operand_at(x, K, plan->rows_per_image, m, k) * w[n * K + k];
            y[m * N + n] = (float)sum;
        }
}

void ck_pointwise_backward_reference(const ck_pointwise *plan, const ck_operand *x, const float *w,
                                     const ck_gradient *dy, const ck_pointwise_gradients *gradients) {
    const ck_pointwise_gradients g = *gradients;
    ptrdiff_t M = plan->M, K = plan->K, N = plan->N, rows = plan->rows_per_image;
    for (ptrdiff_t m = 0; g.dx && m < M; m++)
        for (ptrdiff_t k = 0; k < K; k++) {
            double sum = g.update == CK_ADD ? (double)g.dx[m * K + k] : 0;
            for (ptrdiff_t n = 0; n < N; n++) sum += gradient_at(dy, N, rows, m, n) * w[n * K + k];
            g.dx[m * K + k] = (float)sum;
        }
    for (ptrdiff_t n = 0; n < N; n++) {
        double total = 0;
        for (ptrdiff_t m = 0; m < M; m++) total += gradient_at(dy, N, rows, m, n);
        if (g.dbias) g.dbias[n] = (float)total;
        for (ptrdiff_t k = 0; k < K; k++) {
            double sum = 0;
            for (ptrdiff_t m = 0; m < M; m++) sum += gradient_at(dy, N, rows, m, n) * operand_at(x, K, rows, m, k);
            g.dw[n * K + k] = (float)sum;
        }
    }
}
