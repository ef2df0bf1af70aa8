// The first convolution of an encoder: 3×3, stride 2, padding 1, 1 to 4 input channels, no bias, in NHWC order.
//   forward    y(n, p, q, o) = Σ_ijc x(n, 2p + i − 1, 2q + j − 1, c) · w(i, j, c, o)
//              statistics(b, ·, o) = rows, mean and Σ (y − mean)² of the images of block b    (see ck_norm.h)
//   backward   dw(i, j, c, o) = Σ draw(n, p, q, o) · x(…)
//              The input has no gradient, because it is data.
// The output has the shape (N, P, Q, O) with P = (H − 1)/2 + 1, Q = (W − 1)/2 + 1. Weights have the shape (3, 3, C, O).
#ifndef CK_STEM_H
#define CK_STEM_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_stem {
    ptrdiff_t N, H, W, C, O, P, Q;
    ptrdiff_t statistics_blocks;
    ptrdiff_t backward_workspace_bytes; // the caller provides it, 64-byte aligned
    ptrdiff_t scratch_bytes;            // per thread
    ptrdiff_t images_per_block;
} ck_stem;

// Makes the plan. Returns CK_INVALID_SHAPE unless every size is positive, C <= 4, and the tensors fit into the address
// space.
ck_status ck_stem_plan(ck_stem *plan, ptrdiff_t N, ptrdiff_t H, ptrdiff_t W, ptrdiff_t C, ptrdiff_t O);
void ck_stem_forward(const ck_exec *exec, const ck_stem *plan, const float *x, const float *w, const ck_output *y);
void ck_stem_backward(const ck_exec *exec, const ck_stem *plan, const float *x, const ck_gradient *dy, float *dw,
                      void *workspace);

void ck_stem_forward_reference(const ck_stem *plan, const float *x, const float *w, float *y);
void ck_stem_backward_reference(const ck_stem *plan, const float *x, const ck_gradient *dy, float *dw);
#endif
