// Depthwise convolution with a k×k kernel, k in {3, 5}, vertical stride s and horizontal stride t of 1 or 2, and a
// padding of k/2 on every side, for tensors in NHWC order.
//   forward    y(n, p, q, c) = Σ_ij a(n, p·s + i − k/2, q·t + j − k/2, c) · w(i, j, c)      a is 0 outside the image
//              statistics(b, ·, c) = rows, mean and Σ (y − mean)² of the images of block b   (see ck_norm.h)
//   backward   da = the transposed convolution of draw
//              dz = da · activation'(z), the gradient of the *normalized* input z
//              dz_sums(b, 0, c) = Σ dz, dz_sums(b, 1, c) = Σ dz·x    (x is the raw input; for batch normalization)
//              dw(i, j, c) = Σ draw · a
// Weights have the shape (k, k, C). The output has the shape (N, P, Q, C) with P = (H − 1)/s + 1, Q = (W − 1)/t + 1.
// The operand has no gate.
#ifndef CK_DEPTHWISE_H
#define CK_DEPTHWISE_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_depthwise_shape {
    ptrdiff_t N, H, W, C, kernel, stride_h, stride_w;
} ck_depthwise_shape;

typedef struct ck_depthwise {
    ck_depthwise_shape shape;
    ptrdiff_t P, Q;
    ptrdiff_t statistics_blocks;                       // blocks of partial statistics and of partial dz_sums
    ptrdiff_t backward_workspace_bytes;                // the caller provides it, 64-byte aligned; for partial dw
    ptrdiff_t scratch_bytes;                           // per thread
    ptrdiff_t images_per_block, channels_per_block;    // the size of a task
    ptrdiff_t images_per_group, batch_rows, ring_rows; // see depthwise/README.md
} ck_depthwise;

// Makes the plan of a depthwise convolution. Returns CK_INVALID_SHAPE unless every size is positive, the tensors fit
// into the address space, the kernel is 3 or 5, and the strides (h, w) are (1, 1), (2, 2) or (1, 2).
ck_status ck_depthwise_plan(ck_depthwise *plan, const ck_depthwise_shape *shape);
// Writes the kernel and the strides of compiled shape number `index` to `shape`, and returns 1. Returns 0 if there is
// no such number.
int ck_depthwise_compiled(ptrdiff_t index, ck_depthwise_shape *shape);
// In both run functions, outputs must not overlap inputs or each other. If the update of dz is CK_ADD,
// gradients->dz_sums are the sums of dz after the addition.
void ck_depthwise_forward(const ck_exec *exec, const ck_depthwise *plan, const ck_operand *x, const float *w,
                          const ck_output *y);
void ck_depthwise_backward(const ck_exec *exec, const ck_depthwise *plan, const ck_operand *x, const float *w,
                           const ck_gradient *dy, const ck_convolution_gradients *gradients, void *workspace);

void ck_depthwise_forward_reference(const ck_depthwise *plan, const ck_operand *x, const float *w, float *y);
// The reference does not compute dz_sums.
void ck_depthwise_backward_reference(const ck_depthwise *plan, const ck_operand *x, const float *w,
                                     const ck_gradient *dy, const ck_convolution_gradients *gradients);
#endif
