#include "ck_squeeze_excite.h"
#include "../norm/operand_reference.h"

void ck_squeeze_forward_reference(ck_images images, const ck_operand *x, float *pooled) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t n = 0; n < N; n++)
        for (ptrdiff_t c = 0; c < C; c++) {
            double sum = 0;
            for (ptrdiff_t r = 0; r < R; r++)
                sum += reference_activation(x->activation, reference_z(x, (n * R + r) * C + c, c));
            pooled[n * C + c] = (float)(sum / (double)R);
        }
}

void ck_excite_forward_reference(const ck_squeeze_excite *plan, const ck_excite_weights *weights, const float *pooled,
                                 float *h, float *gate) {
    const float *w1 = weights->w1, *w2 = weights->w2;
    const ptrdiff_t N = plan->images.N, C = plan->images.C, S = plan->S;
    for (ptrdiff_t n = 0; n < N; n++) {
        for (ptrdiff_t s = 0; s < S; s++) {
            double sum = weights->b1[s];
            for (ptrdiff_t c = 0; c < C; c++) sum += (double)w1[s * C + c] * pooled[n * C + c];
            h[n * S + s] = (float)sum;
        }
        for (ptrdiff_t c = 0; c < C; c++) {
            double sum = weights->b2[c];
            for (ptrdiff_t s = 0; s < S; s++) sum += w2[c * S + s] * reference_activation(CK_SWISH, h[n * S + s]);
            gate[n * C + c] = (float)reference_sigmoid(sum);
        }
    }
}

void ck_gate_backward_reference(ck_images images, const ck_operand *x, const float *da, float *dgate) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t n = 0; n < N; n++)
        for (ptrdiff_t c = 0; c < C; c++) {
            double sum = 0;
            for (ptrdiff_t r = 0; r < R; r++) {
                ptrdiff_t i = (n * R + r) * C + c;
                sum += da[i] * reference_activation(x->activation, reference_z(x, i, c));
            }
            dgate[n * C + c] = (float)sum;
        }
}

static double dlogit(const float *gate, const float *dgate, ptrdiff_t i) {
    return (double)dgate[i] * gate[i] * (1 - (double)gate[i]);
}

// The gradient of h(n, s), from the gradient of the gate, through w2 and swish.
static double dh(ptrdiff_t C, ptrdiff_t S, const float *h, const float *gate, const float *dgate, const float *w2,
                 ptrdiff_t n, ptrdiff_t s) {
    double sum = 0;
    for (ptrdiff_t c = 0; c < C; c++) sum += dlogit(gate, dgate, n * C + c) * w2[c * S + s];
    return sum * reference_derivative(CK_SWISH, h[n * S + s]);
}

void ck_excite_backward_reference(const ck_squeeze_excite *plan, const ck_excite_weights *weights,
                                  const ck_excite_kept *kept, const float *dgate,
                                  const ck_excite_gradients *gradients) {
    const float *pooled = kept->pooled, *h = kept->h, *gate = kept->gate;
    const float *w1 = weights->w1, *w2 = weights->w2;
    const ck_excite_gradients g = *gradients;
    const ptrdiff_t N = plan->images.N, C = plan->images.C, S = plan->S;
    for (ptrdiff_t n = 0; n < N; n++)
        for (ptrdiff_t c = 0; c < C; c++) {
            double sum = 0;
            for (ptrdiff_t s = 0; s < S; s++) sum += dh(C, S, h, gate, dgate, w2, n, s) * w1[s * C + c];
            g.dpooled[n * C + c] = (float)sum;
        }
    for (ptrdiff_t s = 0; s < S; s++) {
        double bias = 0;
        for (ptrdiff_t n = 0; n < N; n++) bias += dh(C, S, h, gate, dgate, w2, n, s);
        g.db1[s] = (float)bias;
        for (ptrdiff_t c = 0; c < C; c++) {
            double first = 0, second = 0;
            for (ptrdiff_t n = 0; n < N; n++) {
                first += dh(C, S, h, gate, dgate, w2, n, s) * pooled[n * C + c];
                second += dlogit(gate, dgate, n * C + c) * reference_activation(CK_SWISH, h[n * S + s]);
            }
            g.dw1[s * C + c] = (float)first;
            g.dw2[c * S + s] = (float)second;
        }
    }
    for (ptrdiff_t c = 0; c < C; c++) {
        double bias = 0;
        for (ptrdiff_t n = 0; n < N; n++) bias += dlogit(gate, dgate, n * C + c);
        g.db2[c] = (float)bias;
    }
}

void ck_squeeze_backward_reference(ck_images images, const ck_operand *x, const float *dpooled, float *da,
                                   float *sums) {
    const ptrdiff_t N = images.N, R = images.R, C = images.C;
    for (ptrdiff_t c = 0; c < C; c++) {
        double sum = 0, product = 0;
        for (ptrdiff_t n = 0; n < N; n++)
            for (ptrdiff_t r = 0; r < R; r++) {
                ptrdiff_t i = (n * R + r) * C + c;
                double gate = x->gate != NULL ? x->gate[n * C + c] : 1;
                double du = da[i] * gate + dpooled[n * C + c] / (double)R;
                double dz = du * reference_derivative(x->activation, reference_z(x, i, c));
                da[i] = (float)dz;
                sum += dz;
                product += dz * reference_raw(x->x, x->x16, i);
            }
        sums[c] = (float)sum;
        sums[C + c] = (float)product;
    }
}
