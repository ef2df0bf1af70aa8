#include "ck_residual.h"

static double value(const ck_branch *b, ptrdiff_t at, ptrdiff_t c) {
    return b->scale != NULL ? (double)b->scale[c] * b->raw[at] + b->shift[c] : b->raw[at];
}

void ck_residual_forward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_branch *branch,
                                   const ck_branch *other, float *y) {
    for (ptrdiff_t i = 0; i < N * R * C; i++) {
        double sum = value(branch, i, i % C) + value(other, i, i % C);
        y[i] = (float)(sum <= 0 ? 0 : sum);
    }
}

void ck_residual_backward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const float *y,
                                    const float *raw, const float *other_raw, float *dz, float *sums,
                                    float *other_sums) {
    for (ptrdiff_t c = 0; c < C; c++) {
        double sum = 0, product = 0, other_product = 0;
        for (ptrdiff_t i = c; i < N * R * C; i += C) {
            dz[i] = y[i] > 0 ? dy[i] : 0;
            sum += dz[i];
            product += (double)dz[i] * raw[i];
            if (other_raw != NULL) other_product += (double)dz[i] * other_raw[i];
        }
        sums[c] = (float)sum;
        sums[C + c] = (float)product;
        if (other_raw == NULL) continue;
        other_sums[c] = (float)sum;
        other_sums[C + c] = (float)other_product;
    }
}
