#include "ck_residual.h"

static double value(const ck_branch *b, ptrdiff_t at, ptrdiff_t c) {
    return b->scale != NULL ? (double)b->scale[c] * b->raw[at] + b->shift[c] : b->raw[at];
}

void ck_residual_forward_reference(ck_images images, const ck_branch *branch, const ck_branch *other, float *y) {
    for (ptrdiff_t i = 0; i < images.N * images.R * images.C; i++) {
        double sum = value(branch, i, i % images.C) + value(other, i, i % images.C);
        y[i] = (float)(sum <= 0 ? 0 : sum);
    }
}

void ck_residual_backward_reference(ck_images images, const ck_residual_kept *kept, const float *dy,
                                    const ck_residual_gradients *gradients) {
    const ck_residual_gradients g = *gradients;
    const ptrdiff_t C = images.C;
    for (ptrdiff_t c = 0; c < C; c++) {
        double sum = 0, product = 0, other_product = 0;
        for (ptrdiff_t i = c; i < images.N * images.R * C; i += C) {
            float dz = kept->y[i] > 0 ? dy[i] : 0;
            g.dz[i] = dz;
            sum += dz;
            product += (double)dz * kept->raw[i];
            if (kept->other_raw != NULL) other_product += (double)dz * kept->other_raw[i];
        }
        g.sums[c] = (float)sum;
        g.sums[C + c] = (float)product;
        if (kept->other_raw == NULL) continue;
        g.other_sums[c] = (float)sum;
        g.other_sums[C + c] = (float)other_product;
    }
}
