// The reference implementation in double.
#include "ck_maxpool.h"
#include "../norm/operand_reference.h"

// The first maximum of a window in channel c: returns its offset in the tensor, and stores its value in *best.
static ptrdiff_t first_maximum(const ck_maxpool *k, const ck_operand *x, ptrdiff_t n, ptrdiff_t p, ptrdiff_t q,
                               ptrdiff_t c, double *best) {
    ptrdiff_t at = -1;
    for (ptrdiff_t i = 0; i < k->kernel_h; i++)
        for (ptrdiff_t j = 0; j < k->kernel_w; j++) {
            ptrdiff_t h = p * k->stride_h + i - k->padding_h, v = q * k->stride_w + j - k->padding_w;
            if (h < 0 || h >= k->H || v < 0 || v >= k->W) continue;
            ptrdiff_t here = ((n * k->H + h) * k->W + v) * k->C + c;
            double u = reference_activation(x->activation, reference_z(x, here, c));
            if (at >= 0 && !reference_beats(u, *best)) continue;
            *best = u;
            at = here;
        }
    return at;
}

void ck_maxpool_forward_reference(const ck_maxpool *k, const ck_operand *x, float *y) {
    for (ptrdiff_t i = 0; i < k->N * k->P * k->Q; i++)
        for (ptrdiff_t c = 0; c < k->C; c++) {
            double best = 0;
            first_maximum(k, x, i / (k->P * k->Q), i / k->Q % k->P, i % k->Q, c, &best);
            y[i * k->C + c] = (float)best;
        }
}

void ck_maxpool_backward_reference(const ck_maxpool *k, const ck_operand *x, const float *dy, float *dz) {
    for (ptrdiff_t i = 0; i < k->N * k->H * k->W * k->C; i++) dz[i] = 0;
    for (ptrdiff_t i = 0; i < k->N * k->P * k->Q; i++)
        for (ptrdiff_t c = 0; c < k->C; c++) {
            double best = 0;
            ptrdiff_t at = first_maximum(k, x, i / (k->P * k->Q), i / k->Q % k->P, i % k->Q, c, &best);
            double slope = reference_derivative(x->activation, reference_z(x, at, c));
            dz[at] = (float)(dz[at] + slope * dy[i * k->C + c]);
        }
}
