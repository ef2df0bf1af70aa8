#include "ck_layernorm.h"
#include <math.h>

void ck_layernorm_forward_reference(const ck_layernorm *plan, const float *x, const float *gamma, const float *beta,
                                    const ck_layernorm_outputs *outputs) {
    const ptrdiff_t D = plan->rows.D;
    for (ptrdiff_t m = 0; m < plan->rows.M; m++) {
        const float *row = x + m * D;
        double average = 0, squares = 0;
        for (ptrdiff_t d = 0; d < D; d++) average += row[d];
        average /= (double)D;
        for (ptrdiff_t d = 0; d < D; d++) squares += (row[d] - average) * (row[d] - average);
        double inverse = 1 / sqrt(squares / (double)D + plan->eps);
        for (ptrdiff_t d = 0; d < D; d++) {
            double z = gamma[d] * (row[d] - average) * inverse + beta[d];
            outputs->y[m * D + d] = (float)(plan->activation == CK_ROW_TANH ? tanh(z) : z);
        }
        outputs->mean[m] = (float)average;
        outputs->inv_std[m] = (float)inverse;
    }
}

// The gradient of z (before tanh) at offset i.
static double dz_at(ck_row_activation activation, const float *y, const float *dy, ptrdiff_t i) {
    return activation == CK_ROW_TANH ? dy[i] * (1 - (double)y[i] * y[i]) : dy[i];
}

void ck_layernorm_backward_reference(const ck_layernorm *plan, const ck_layernorm_kept *kept, const float *dy,
                                     const ck_layernorm_gradients *gradients) {
    const float *x = kept->x, *gamma = kept->gamma, *mean = kept->mean, *inv_std = kept->inv_std;
    const ck_layernorm_gradients g = *gradients;
    const ptrdiff_t M = plan->rows.M, D = plan->rows.D;
    for (ptrdiff_t d = 0; d < D; d++) {
        double sum = 0, product = 0;
        for (ptrdiff_t m = 0; m < M; m++) {
            double dz = dz_at(plan->activation, kept->y, dy, m * D + d);
            sum += dz;
            product += dz * ((double)x[m * D + d] - mean[m]) * inv_std[m];
        }
        g.dbeta[d] = (float)sum;
        g.dgamma[d] = (float)product;
    }
    for (ptrdiff_t m = 0; m < M; m++) {
        double sum = 0, product = 0;
        for (ptrdiff_t d = 0; d < D; d++) {
            double dnormal = dz_at(plan->activation, kept->y, dy, m * D + d) * gamma[d];
            sum += dnormal;
            product += dnormal * ((double)x[m * D + d] - mean[m]) * inv_std[m];
        }
        for (ptrdiff_t d = 0; d < D; d++) {
            double dnormal = dz_at(plan->activation, kept->y, dy, m * D + d) * gamma[d];
            double normal = ((double)x[m * D + d] - mean[m]) * inv_std[m];
            double value = inv_std[m] * (dnormal - sum / (double)D - normal * product / (double)D);
            g.dx[m * D + d] = (float)(value + (g.update == CK_ADD ? (double)g.dx[m * D + d] : 0));
        }
    }
}

void ck_l2_normalize_forward_reference(ck_rows rows, const float *x, float *y, float *inv_norm) {
    const ptrdiff_t M = rows.M, D = rows.D;
    for (ptrdiff_t m = 0; m < M; m++) {
        double squares = 0;
        for (ptrdiff_t d = 0; d < D; d++) squares += (double)x[m * D + d] * x[m * D + d];
        double inverse = 1 / fmax(sqrt(squares), 1e-12);
        for (ptrdiff_t d = 0; d < D; d++) y[m * D + d] = (float)(x[m * D + d] * inverse);
        inv_norm[m] = (float)inverse;
    }
}

// If the norm of a row was replaced by 1e-12, y is x times a constant, and the gradient has no term with the dot
// product.
void ck_l2_normalize_backward_reference(ck_rows rows, const float *y, const float *inv_norm, const float *dy, float *dx,
                                        ck_update update) {
    const ptrdiff_t M = rows.M, D = rows.D;
    for (ptrdiff_t m = 0; m < M; m++) {
        double dot = 0;
        if (inv_norm[m] < (float)1e12)
            for (ptrdiff_t d = 0; d < D; d++) dot += (double)y[m * D + d] * dy[m * D + d];
        for (ptrdiff_t d = 0; d < D; d++) {
            double gradient = inv_norm[m] * (dy[m * D + d] - y[m * D + d] * dot);
            dx[m * D + d] = (float)(update == CK_ADD ? dx[m * D + d] + gradient : gradient);
        }
    }
}
