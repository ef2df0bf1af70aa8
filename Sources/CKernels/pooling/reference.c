#include "ck_pooling.h"
#include "../norm/operand_reference.h"

void ck_global_max_forward_reference(ck_images images, const ck_operand *x, float *y, int32_t *index) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t n = 0; n < N; n++)
        for (ptrdiff_t c = 0; c < C; c++) {
            double best = 0;
            for (ptrdiff_t r = 0; r < R; r++) {
                double u = reference_activation(x->activation, reference_z(x, (n * R + r) * C + c, c));
                if (r > 0 && !reference_beats(u, best)) continue;
                best = u;
                index[n * C + c] = (int32_t)r;
            }
            y[n * C + c] = (float)best;
        }
}

// The backward pass of the maximum, or of the average if index is NULL: dz(n, r, c) = activation'(z)·du(n, r, c).
static void backward(ck_images images, const ck_operand *x, const float *dy, const int32_t *index, float *dz,
                     float *sums) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t c = 0; c < C; c++) {
        double sum = 0, product = 0;
        for (ptrdiff_t n = 0; n < N; n++)
            for (ptrdiff_t r = 0; r < R; r++) {
                ptrdiff_t i = (n * R + r) * C + c;
                double share = index == NULL ? 1 / (double)R : index[n * C + c] == r;
                double d = share * dy[n * C + c] * reference_derivative(x->activation, reference_z(x, i, c));
                dz[i] = (float)d;
                sum += d;
                product += d * reference_raw(x->x, x->x16, i);
            }
        if (sums == NULL) continue;
        sums[c] = (float)sum;
        sums[C + c] = (float)product;
    }
}

void ck_global_max_backward_reference(ck_images images, const ck_operand *x, const float *dy, const int32_t *index,
                                      float *dz, float *sums) {
    backward(images, x, dy, index, dz, sums);
}

void ck_global_average_backward_reference(ck_images images, const ck_operand *x, const float *dy, float *dz,
                                          float *sums) {
    backward(images, x, dy, NULL, dz, sums);
}
