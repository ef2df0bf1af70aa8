// The reference implementation in double. Every sum follows its formula, and every value is computed again when it is
// needed.
#include "ck_depthwise.h"
#include "../norm/operand_reference.h"
#include <math.h>

typedef struct {
    double value, derivative; // activation(z), activation'(z)
} activated;

static activated read_operand(const ck_operand *x, ptrdiff_t row, ptrdiff_t channel, ptrdiff_t C) {
    double z = reference_z(x, row * C + channel, channel);
    double sigma = 1 / (1 + exp(-z));
    switch (x->activation) {
    case CK_SWISH:
        return (activated){z * sigma, sigma * (1 + z * (1 - sigma))};
    case CK_RELU:
        return (activated){z <= 0 ? 0 : z, z > 0};
    default:
        return (activated){z, 1};
    }
}

static double read_gradient(const ck_gradient *dy, ptrdiff_t image, ptrdiff_t row, ptrdiff_t channel, ptrdiff_t C) {
    double draw = dy->dz[row * C + channel] * (dy->image_scale ? (double)dy->image_scale[image] : 1);
    if (dy->a == NULL) return draw;
    return dy->a[channel] * draw + dy->b[channel] * reference_raw(dy->raw, dy->raw16, row * C + channel) +
           dy->c[channel];
}

void ck_depthwise_forward_reference(const ck_depthwise *plan, const ck_operand *x, const float *w, float *y) {
    const ck_depthwise_shape *s = &plan->shape;
    const ptrdiff_t H = s->H, W = s->W, C = s->C, P = plan->P, Q = plan->Q, k = s->kernel;
    for (ptrdiff_t n = 0; n < s->N; n++)
        for (ptrdiff_t p = 0; p < P; p++)
            for (ptrdiff_t q = 0; q < Q; q++)
                for (ptrdiff_t c = 0; c < C; c++) {
                    double sum = 0;
                    for (ptrdiff_t i = 0; i < k; i++)
                        for (ptrdiff_t j = 0; j < k; j++) {
                            ptrdiff_t h = p * s->stride_h + i - k / 2, v = q * s->stride_w + j - k / 2;
                            if (h < 0 || h >= H || v < 0 || v >= W) continue;
                            sum += read_operand(x, (n * H + h) * W + v, c, C).value * w[(i * k + j) * C + c];
                        }
                    y[((n * P + p) * Q + q) * C + c] = (float)sum;
                }
}

// da(n, h, v, c), a sum over all outputs (p, q) that read (h, v).
static double data_gradient(const ck_depthwise *plan, const float *w, const ck_gradient *dy, ptrdiff_t n, ptrdiff_t h,
                            ptrdiff_t v, ptrdiff_t c) {
    const ck_depthwise_shape *s = &plan->shape;
    const ptrdiff_t C = s->C, P = plan->P, Q = plan->Q, k = s->kernel;
    double sum = 0;
    for (ptrdiff_t p = 0; p < P; p++)
        for (ptrdiff_t q = 0; q < Q; q++) {
            ptrdiff_t i = h + k / 2 - p * s->stride_h, j = v + k / 2 - q * s->stride_w;
            if (i < 0 || i >= k || j < 0 || j >= k) continue;
            sum += read_gradient(dy, n, (n * P + p) * Q + q, c, C) * w[(i * k + j) * C + c];
        }
    return sum;
}

static double weight_gradient(const ck_depthwise *plan, const ck_operand *x, const ck_gradient *dy, ptrdiff_t i,
                              ptrdiff_t j, ptrdiff_t c) {
    const ck_depthwise_shape *s = &plan->shape;
    const ptrdiff_t H = s->H, W = s->W, C = s->C, P = plan->P, Q = plan->Q, half = s->kernel / 2;
    double sum = 0;
    for (ptrdiff_t n = 0; n < s->N; n++)
        for (ptrdiff_t p = 0; p < P; p++)
            for (ptrdiff_t q = 0; q < Q; q++) {
                ptrdiff_t h = p * s->stride_h + i - half, v = q * s->stride_w + j - half;
                if (h < 0 || h >= H || v < 0 || v >= W) continue;
                sum +=
                    read_gradient(dy, n, (n * P + p) * Q + q, c, C) * read_operand(x, (n * H + h) * W + v, c, C).value;
            }
    return sum;
}

void ck_depthwise_backward_reference(const ck_depthwise *plan, const ck_operand *x, const float *w,
                                     const ck_gradient *dy, const ck_convolution_gradients *gradients) {
    const ck_convolution_gradients g = *gradients;
    const ck_depthwise_shape *s = &plan->shape;
    const ptrdiff_t H = s->H, W = s->W, C = s->C, k = s->kernel;
    for (ptrdiff_t n = 0; n < s->N; n++)
        for (ptrdiff_t h = 0; h < H; h++)
            for (ptrdiff_t v = 0; v < W; v++)
                for (ptrdiff_t c = 0; c < C; c++) {
                    ptrdiff_t row = (n * H + h) * W + v;
                    double value = data_gradient(plan, w, dy, n, h, v, c) * read_operand(x, row, c, C).derivative;
                    g.dz[row * C + c] = (float)(value + (g.update == CK_ADD ? (double)g.dz[row * C + c] : 0));
                }
    for (ptrdiff_t i = 0; i < k; i++)
        for (ptrdiff_t j = 0; j < k; j++)
            for (ptrdiff_t c = 0; c < C; c++) g.dw[(i * k + j) * C + c] = (float)weight_gradient(plan, x, dy, i, j, c);
}
