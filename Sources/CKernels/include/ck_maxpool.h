// Max pooling with windows of kernel_h × kernel_w and strides of 1 or 2, for tensors in NHWC order. In one dimension
// H = kernel_h = 1. Pixels outside the feature map are ignored, and a NaN counts as larger than every number. u is the
// operand with normalization and activation; it has no gate.
//   forward    y(n, p, q, c) = max_ij u(n, p·s + i − k, q·t + j − l, c)
//   backward   dz(n, h, v, c) = activation'(z) · Σ dy(n, p, q, c) over the windows whose first maximum is at (h, v)
//              sums(n, 0, c) = Σ dz, sums(n, 1, c) = Σ dz·x over the pixels of image n
//                                                             (x is the raw input; for batch normalization)
// The strides are (s, t) and the paddings are (k, l). The output has the shape (N, P, Q, C) with
// P = (H + 2k − kernel_h)/s + 1, and Q in the same way. The backward pass finds the maxima again, so that the forward
// pass need not store their positions. It has to read x for the activation anyway.
#ifndef CK_MAXPOOL_H
#define CK_MAXPOOL_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_maxpool {
    ptrdiff_t N, H, W, C;
    ptrdiff_t kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w;
    ptrdiff_t P, Q; // set by ck_maxpool_plan
} ck_maxpool;

// Sets P and Q of the plan. Returns CK_INVALID_SHAPE unless every size is positive, the strides are 1 or 2, the padding
// is less than half the kernel (so that every window contains a pixel), a window has at most 2²⁴ pixels, the output is
// not empty, and the tensors fit into the address space.
ck_status ck_maxpool_plan(ck_maxpool *plan);
// In both run functions, outputs must not overlap inputs or each other.
void ck_maxpool_forward(const ck_exec *exec, const ck_maxpool *plan, const ck_operand *x, float *y);
// All of dz is written, including zeros. sums is (N, 2, C), or NULL.
void ck_maxpool_backward(const ck_exec *exec, const ck_maxpool *plan, const ck_operand *x, const float *dy, float *dz,
                         float *sums);

void ck_maxpool_forward_reference(const ck_maxpool *plan, const ck_operand *x, float *y);
void ck_maxpool_backward_reference(const ck_maxpool *plan, const ck_operand *x, const float *dy, float *dz);
#endif
