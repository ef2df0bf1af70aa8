// The first convolution: 3×3, stride 2, padding 1, few input channels (1 to 4), no bias; NHWC.
//   forward    y(n, p, q, o) = Σ_ijc x(n, 2p + i − 1, 2q + j − 1, c) · w(i, j, c, o)
//              statistics(b, ·, o) = rows, mean and Σ (y − mean)² of the block's images    (ck_norm.h)
//   backward   dw(i, j, c, o) = Σ draw(n, p, q, o) · x(…)          the input is data: it has no gradient
// Output (N, P, Q, O), P = (H − 1)/2 + 1, Q = (W − 1)/2 + 1. Weights are (3, 3, C, O).
#ifndef CK_STEM_H
#define CK_STEM_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_stem {
    ptrdiff_t N, H, W, C, O, P, Q;
    ptrdiff_t statistics_blocks;
    ptrdiff_t backward_workspace_bytes; // the caller's, 64-byte aligned
    ptrdiff_t scratch_bytes;            // per thread
    ptrdiff_t images_per_block;
} ck_stem;

ck_status ck_stem_plan(ck_stem *plan, ptrdiff_t N, ptrdiff_t H, ptrdiff_t W, ptrdiff_t C, ptrdiff_t O);
// statistics may be NULL. y16 takes y's place; the statistics are those of y before it is rounded.
void ck_stem_forward(const ck_exec *exec, const ck_stem *plan, const float *x, const float *w, float *y, ck_bf16 *y16,
                     float *statistics);
void ck_stem_backward(const ck_exec *exec, const ck_stem *plan, const float *x, const ck_gradient *dy, float *dw,
                      void *workspace);

void ck_stem_forward_reference(const ck_stem *plan, const float *x, const float *w, float *y);
void ck_stem_backward_reference(const ck_stem *plan, const float *x, const ck_gradient *dy, float *dw);
#endif
