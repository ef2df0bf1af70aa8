// The reference implementation in double. Every sum follows its formula, and every value is computed again when it is
// needed.
#include "ck_conv2d.h"
#include "../norm/operand_reference.h"

static double read_operand(const ck_operand *x, ptrdiff_t pixel, ptrdiff_t c, ptrdiff_t C) {
    return reference_activation(x->activation, reference_z(x, pixel * C + c, c));
}

static double read_gradient(const ck_gradient *dy, ptrdiff_t image, ptrdiff_t pixel, ptrdiff_t o, ptrdiff_t O) {
    double draw = dy->dz[pixel * O + o] * (dy->image_scale ? (double)dy->image_scale[image] : 1);
    if (dy->a == NULL) return draw;
    return dy->a[o] * draw + (double)dy->b[o] * dy->raw[pixel * O + o] + dy->c[o];
}

// The input pixel that output (n, p, q) reads with tap (i, j), or −1 if it is outside the image.
static ptrdiff_t pixel_read(const ck_conv2d_shape *s, ptrdiff_t n, ptrdiff_t p, ptrdiff_t q, ptrdiff_t i, ptrdiff_t j) {
    ptrdiff_t h = p * s->stride_h + i - s->padding_h, v = q * s->stride_w + j - s->padding_w;
    return h < 0 || h >= s->H || v < 0 || v >= s->W ? -1 : (n * s->H + h) * s->W + v;
}

static double output(const ck_conv2d *plan, const ck_operand *x, const float *w, ptrdiff_t n, ptrdiff_t p, ptrdiff_t q,
                     ptrdiff_t o) {
    const ck_conv2d_shape *s = &plan->shape;
    double sum = 0;
    for (ptrdiff_t i = 0; i < s->kernel_h; i++)
        for (ptrdiff_t j = 0; j < s->kernel_w; j++) {
            ptrdiff_t pixel = pixel_read(s, n, p, q, i, j);
            if (pixel < 0) continue;
            const float *tap = w + (i * s->kernel_w + j) * s->C * s->O + o;
            for (ptrdiff_t c = 0; c < s->C; c++) sum += read_operand(x, pixel, c, s->C) * tap[c * s->O];
        }
    return sum;
}

void ck_conv2d_forward_reference(const ck_conv2d *plan, const ck_operand *x, const float *w, float *y) {
    const ck_conv2d_shape *s = &plan->shape;
    for (ptrdiff_t n = 0; n < s->N; n++)
        for (ptrdiff_t p = 0; p < plan->P; p++)
            for (ptrdiff_t q = 0; q < plan->Q; q++)
                for (ptrdiff_t o = 0; o < s->O; o++)
                    y[((n * plan->P + p) * plan->Q + q) * s->O + o] = (float)output(plan, x, w, n, p, q, o);
}

// da(n, h, v, c), a sum over all outputs (p, q) that read (h, v).
static double data_gradient(const ck_conv2d *plan, const float *w, const ck_gradient *dy, ptrdiff_t n, ptrdiff_t h,
                            ptrdiff_t v, ptrdiff_t c) {
    const ck_conv2d_shape *s = &plan->shape;
    double sum = 0;
    for (ptrdiff_t i = 0; i < s->kernel_h; i++)
        for (ptrdiff_t j = 0; j < s->kernel_w; j++) {
            ptrdiff_t down = h + s->padding_h - i, across = v + s->padding_w - j;
            ptrdiff_t p = down / s->stride_h, q = across / s->stride_w;
            if (down < 0 || across < 0 || down % s->stride_h || across % s->stride_w) continue;
            if (p >= plan->P || q >= plan->Q) continue;
            const float *tap = w + ((i * s->kernel_w + j) * s->C + c) * s->O;
            for (ptrdiff_t o = 0; o < s->O; o++)
                sum += read_gradient(dy, n, (n * plan->P + p) * plan->Q + q, o, s->O) * tap[o];
        }
    return sum;
}

static double weight_gradient(const ck_conv2d *plan, const ck_operand *x, const ck_gradient *dy, ptrdiff_t i,
                              ptrdiff_t j, ptrdiff_t c, ptrdiff_t o) {
    const ck_conv2d_shape *s = &plan->shape;
    double sum = 0;
    for (ptrdiff_t n = 0; n < s->N; n++)
        for (ptrdiff_t p = 0; p < plan->P; p++)
            for (ptrdiff_t q = 0; q < plan->Q; q++) {
                ptrdiff_t pixel = pixel_read(s, n, p, q, i, j);
                if (pixel < 0) continue;
                sum += read_gradient(dy, n, (n * plan->P + p) * plan->Q + q, o, s->O) * read_operand(x, pixel, c, s->C);
            }
    return sum;
}

void ck_conv2d_backward_reference(const ck_conv2d *plan, const ck_operand *x, const float *w, const ck_gradient *dy,
                                  const ck_convolution_gradients *gradients) {
    const ck_conv2d_shape *s = &plan->shape;
    const ck_convolution_gradients g = *gradients;
    for (ptrdiff_t pixel = 0; g.dz && pixel < s->N * s->H * s->W; pixel++)
        for (ptrdiff_t c = 0; c < s->C; c++) {
            ptrdiff_t at = pixel * s->C + c, n = pixel / (s->H * s->W);
            double da = data_gradient(plan, w, dy, n, pixel / s->W % s->H, pixel % s->W, c);
            double value = da * reference_derivative(x->activation, reference_z(x, at, c));
            g.dz[at] = (float)(value + (g.update == CK_ADD ? (double)g.dz[at] : 0));
        }
    for (ptrdiff_t tap = 0; tap < s->kernel_h * s->kernel_w; tap++)
        for (ptrdiff_t c = 0; c < s->C; c++)
            for (ptrdiff_t o = 0; o < s->O; o++)
                g.dw[(tap * s->C + c) * s->O + o] =
                    (float)weight_gradient(plan, x, dy, tap / s->kernel_w, tap % s->kernel_w, c, o);
}
