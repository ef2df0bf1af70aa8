// Depthwise k×k convolution, k in {3, 5}, strides s down and t across of 1 or 2, padding k/2 on every side; NHWC.
//   forward    y(n, p, q, c) = Σ_ij a(n, p·s + i − k/2, q·t + j − k/2, c) · w(i, j, c)   outside the image a is 0
//              statistics(b, ·, c) = rows, mean and Σ (y − mean)² of the block's images             (ck_norm.h)
//   backward   da = the transposed convolution of draw;  dz = da · activation'(z), the gradient of the *normalised*
//              input z;  dz_sums(b, 0, c) = Σ dz, dz_sums(b, 1, c) = Σ dz·x                 (x raw; for batch norm)
//              dw(i, j, c) = Σ draw · a
// Weights are (k, k, C). Output is (N, P, Q, C) with P = (H − 1)/s + 1, Q = (W − 1)/t + 1. The operand has no gate.
#ifndef CK_DEPTHWISE_H
#define CK_DEPTHWISE_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_depthwise {
    ptrdiff_t N, H, W, C, kernel, stride_h, stride_w, P, Q;
    ptrdiff_t statistics_blocks;                       // partials of forward and of backward (dz_sums)
    ptrdiff_t backward_workspace_bytes;                // partial weight gradients, the caller's, 64-byte aligned
    ptrdiff_t scratch_bytes;                           // per thread
    ptrdiff_t images_per_block, channels_per_block;    // a task: these images, these channels
    ptrdiff_t images_per_group, batch_rows, ring_rows; // see depthwise/README.md
} ck_depthwise;

// CK_INVALID_SHAPE unless every size is positive, tensors fit the address space, kernel is 3 or 5 and the strides (h,
// w) are (1, 1), (2, 2) or (1, 2).
ck_status ck_depthwise_plan(ck_depthwise *plan, ptrdiff_t N, ptrdiff_t H, ptrdiff_t W, ptrdiff_t C, ptrdiff_t kernel,
                            ptrdiff_t stride_h, ptrdiff_t stride_w);
// The compiled shapes: kernel and strides (h, w) of row `index`. 1, or 0 where there is no such row.
int ck_depthwise_compiled(ptrdiff_t index, ptrdiff_t shape[3]);
// In the run functions outputs overlap neither inputs nor each other; statistics may be NULL. y16 takes y's place; the
// statistics are those of y before it is rounded.
void ck_depthwise_forward(const ck_exec *exec, const ck_depthwise *plan, const ck_operand *x, const float *w, float *y,
                          ck_bf16 *y16, float *statistics);
// dz is (N, H, W, C). dz_sums may be NULL, and is where dz is added to. dw is stored.
void ck_depthwise_backward(const ck_exec *exec, const ck_depthwise *plan, const ck_operand *x, const float *w,
                           const ck_gradient *dy, float *dz, ck_update update, float *dz_sums, float *dw,
                           void *workspace);

void ck_depthwise_forward_reference(const ck_depthwise *plan, const ck_operand *x, const float *w, float *y);
void ck_depthwise_backward_reference(const ck_depthwise *plan, const ck_operand *x, const float *w,
                                     const ck_gradient *dy, float *dz, ck_update update, float *dw);
#endif
