// Maximum over windows of kernel_h × kernel_w, strides 1 or 2; NHWC. In one dimension H = kernel_h = 1. What lies
// outside the map does not compete, and a NaN is larger than every number. The operand is read with normalisation and
// activation, no gate:
//   forward    y(n, p, q, c) = max_ij u(n, p·s + i − k, q·t + j − l, c)
//   backward   dz(n, h, v, c) = activation'(z) · Σ dy(n, p, q, c) over the windows whose first maximum is at (h, v)
//              sums(n, 0, c) = Σ dz, sums(n, 1, c) = Σ dz·x   over the pixels of image n (x raw; for batch norm)
// with strides (s, t) and padding (k, l). The output is (N, P, Q, C), P = (H + 2k − kernel_h)/s + 1 and Q alike.
// Backward finds the maxima again: it reads x for the activation anyway, and nothing need be kept.
#ifndef CK_MAXPOOL_H
#define CK_MAXPOOL_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_maxpool {
    ptrdiff_t N, H, W, C;
    ptrdiff_t kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w;
    ptrdiff_t P, Q; // by the plan
} ck_maxpool;

// Completes the plan. CK_INVALID_SHAPE unless every size is positive, strides are 1 or 2, padding is less than half
// the kernel (every window holds a pixel) and the output is not empty.
ck_status ck_maxpool_plan(ck_maxpool *plan);
// Outputs overlap neither inputs nor each other.
void ck_maxpool_forward(const ck_exec *exec, const ck_maxpool *plan, const ck_operand *x, float *y);
// dz is stored in full. sums is (N, 2, C), or NULL.
void ck_maxpool_backward(const ck_exec *exec, const ck_maxpool *plan, const ck_operand *x, const float *dy, float *dz,
                         float *sums);

void ck_maxpool_forward_reference(const ck_maxpool *plan, const ck_operand *x, float *y);
void ck_maxpool_backward_reference(const ck_maxpool *plan, const ck_operand *x, const float *dy, float *dz);
#endif
