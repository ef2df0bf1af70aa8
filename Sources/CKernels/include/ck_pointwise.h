// Pointwise (1×1) convolution and dense layers over NHWC rows; M = images × rows_per_image rows.
//   forward    y(m, n)  = Σ_k a(m, k)·w(n, k) + bias[n]            a is the operand as read (ck_operand.h)
//              statistics(b, ·, n) = rows, mean and Σ (y − mean)² of statistics block b    (ck_norm.h)
//   backward   dx(m, k) := or += Σ_n draw(m, n)·w(n, k)           gradient of a, the operand *as read*
//              dw(n, k) = Σ_m draw(m, n)·a(m, k),   dbias[n] = Σ_m draw(m, n)
// Weights are (N, K) as PyTorch keeps them (out, in). Any K, N >= 1; x, y rows are dense (pitch K and N).
#ifndef CK_POINTWISE_H
#define CK_POINTWISE_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_pointwise {
    ptrdiff_t M, K, N, rows_per_image;
    ptrdiff_t statistics_blocks;             // blocks of rows with moments of their own; depends on the shape alone
    ptrdiff_t forward_workspace_bytes;       // shared by the threads (packed weights), the caller's, 64-byte aligned
    ptrdiff_t backward_workspace_bytes;      // packed weights and partial weight gradients
    ptrdiff_t scratch_bytes;                 // per thread
    ptrdiff_t forward_block, backward_block; // rows per block, chosen by the plan
    ptrdiff_t forward_columns;               // of y in one block of work, a multiple of 48
    ptrdiff_t backward_groups; // partial weight gradients, each of consecutive blocks; 0: dw at once over all rows
} ck_pointwise;

ck_status ck_pointwise_plan(ck_pointwise *plan, ptrdiff_t M, ptrdiff_t K, ptrdiff_t N, ptrdiff_t rows_per_image);

// bias and statistics may be NULL. y16 takes y's place; the statistics are those of y before it is rounded.
void ck_pointwise_forward(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                          const float *bias, float *y, ck_bf16 *y16, float *statistics, void *workspace);
// dx may be NULL (not wanted). `update` concerns dx alone; dw and dbias (NULL without bias) are stored.
// dx may not overlap dy's tensors.
void ck_pointwise_backward(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                           const ck_gradient *dy, float *dx, ck_update update, float *dw, float *dbias,
                           void *workspace);

void ck_pointwise_forward_reference(const ck_pointwise *plan, const ck_operand *x, const float *w, const float *bias,
                                    float *y);
void ck_pointwise_backward_reference(const ck_pointwise *plan, const ck_operand *x, const float *w,
                                     const ck_gradient *dy, float *dx, ck_update update, float *dw, float *dbias);
#endif
