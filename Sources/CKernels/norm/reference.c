#include "ck_norm.h"
#include "operand_reference.h"
#include <math.h>

void ck_batchnorm_forward_reference(const ck_batchnorm *n, const float *raw) {
    const ptrdiff_t M = n->M, C = n->C;
    for (ptrdiff_t c = 0; c < C; c++) {
        double average = 0, squares = 0;
        for (ptrdiff_t m = 0; m < M; m++) average += raw[m * C + c];
        average /= (double)M;
        for (ptrdiff_t m = 0; m < M; m++) squares += (raw[m * C + c] - average) * (raw[m * C + c] - average);
        double inverse = 1 / sqrt(squares / (double)M + n->eps);
        n->mean[c] = (float)average;
        n->inv_std[c] = (float)inverse;
        n->scale[c] = (float)(n->gamma[c] * inverse);
        n->shift[c] = (float)(n->beta[c] - average * n->gamma[c] * inverse);
        if (n->running_mean == NULL) continue;
        double unbiased = squares / (double)(M > 1 ? M - 1 : 1), old = n->momentum;
        n->running_mean[c] = (float)(old * n->running_mean[c] + (1 - old) * average);
        n->running_variance[c] = (float)(old * n->running_variance[c] + (1 - old) * unbiased);
    }
}

// With x̂ = (raw − mean)·inv_std:  draw = gamma·inv_std·(dz − mean(dz) − x̂·mean(dz·x̂))
void ck_batchnorm_backward_reference(const ck_batchnorm *norm, const float *dz, const float *raw, float *dgamma,
                                     float *dbeta, float *draw) {
    const ptrdiff_t M = norm->M, C = norm->C;
    for (ptrdiff_t c = 0; c < C; c++) {
        double sum = 0, product = 0;
        for (ptrdiff_t m = 0; m < M; m++) {
            sum += dz[m * C + c];
            product += dz[m * C + c] * ((double)raw[m * C + c] - norm->mean[c]) * norm->inv_std[c];
        }
        dbeta[c] = (float)sum;
        dgamma[c] = (float)product;
        for (ptrdiff_t m = 0; m < M; m++) {
            double normal = ((double)raw[m * C + c] - norm->mean[c]) * norm->inv_std[c];
            draw[m * C + c] = (float)((double)norm->gamma[c] * norm->inv_std[c] *
                                      (dz[m * C + c] - sum / (double)M - normal * product / (double)M));
        }
    }
}

static double normalized(const ck_operand *x, ptrdiff_t i, ptrdiff_t c) { return reference_z(x, i, c); }

void ck_normalize_add_forward_reference(ck_images images, const ck_operand *x, const float *image_scale,
                                        const ck_operand *residual, float *y) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t n = 0; n < N; n++)
        for (ptrdiff_t r = 0; r < R; r++)
            for (ptrdiff_t c = 0; c < C; c++) {
                ptrdiff_t i = (n * R + r) * C + c;
                double z = normalized(x, i, c) * (image_scale != NULL ? image_scale[n] : 1);
                y[i] = (float)(z + normalized(residual, i, c));
            }
}

void ck_normalize_add_backward_reference(ck_images images, const float *dy, const ck_operand *x,
                                         const float *image_scale, float *sums) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t c = 0; c < C; c++) {
        double sum = 0, product = 0;
        for (ptrdiff_t n = 0; n < N; n++)
            for (ptrdiff_t r = 0; r < R; r++) {
                ptrdiff_t i = (n * R + r) * C + c;
                double dz = image_scale != NULL ? (double)dy[i] * image_scale[n] : dy[i];
                sum += dz;
                product += dz * reference_raw(x->x, x->x16, i);
            }
        sums[c] = (float)sum;
        sums[C + c] = (float)product;
    }
}
