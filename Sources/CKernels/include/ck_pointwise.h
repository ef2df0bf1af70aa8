// Pointwise (1×1) convolution and dense layers, for M = images × rows_per_image rows in NHWC order.
//   forward    y(m, n)  = Σ_k a(m, k)·w(n, k) + bias[n]      a is the operand with normalization, activation and gate
//              statistics(b, ·, n) = rows, mean and Σ (y − mean)² of block b of rows             (see ck_norm.h)
//   backward   dx(m, k) := or += Σ_n draw(m, n)·w(n, k)      the gradient of a, not of the raw operand
//              dw(n, k) = Σ_m draw(m, n)·a(m, k),   dbias[n] = Σ_m draw(m, n)
// Weights have the shape (N, K), that is (out, in), as in PyTorch. K and N can be any numbers >= 1. The rows of x and y
// follow each other without gaps (pitch K and N).
#ifndef CK_POINTWISE_H
#define CK_POINTWISE_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_pointwise {
    ptrdiff_t M, K, N, rows_per_image;
    ptrdiff_t statistics_blocks;             // blocks of partial statistics; the number depends on the shape alone
    ptrdiff_t forward_workspace_bytes;       // for packed weights; the caller provides it, 64-byte aligned and shared
    ptrdiff_t backward_workspace_bytes;      // for packed weights and partial weight gradients
    ptrdiff_t scratch_bytes;                 // per thread
    ptrdiff_t forward_block, backward_block; // rows per block, chosen by the plan
    ptrdiff_t forward_columns;               // columns of y in one block of work, a multiple of 48
    ptrdiff_t backward_groups; // number of partial dw, each for consecutive blocks; 0: one dw over all rows
} ck_pointwise;

// Makes the plan. Returns CK_INVALID_SHAPE unless every size is positive, M is a multiple of rows_per_image, and the
// tensors fit into the address space.
ck_status ck_pointwise_plan(ck_pointwise *plan, ptrdiff_t M, ptrdiff_t K, ptrdiff_t N, ptrdiff_t rows_per_image);

// bias may be NULL.
void ck_pointwise_forward(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                          const float *bias, const ck_output *y, void *workspace);

// The outputs of the backward pass. dx is NULL if it is not needed. `update` applies to dx only; dw and dbias are
// overwritten. dbias is NULL if there is no bias.
typedef struct ck_pointwise_gradients {
    float *dx;
    ck_update update;
    float *dw, *dbias;
} ck_pointwise_gradients;

// dx must not overlap the tensors of dy.
void ck_pointwise_backward(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                           const ck_gradient *dy, const ck_pointwise_gradients *gradients, void *workspace);

void ck_pointwise_forward_reference(const ck_pointwise *plan, const ck_operand *x, const float *w, const float *bias,
                                    float *y);
void ck_pointwise_backward_reference(const ck_pointwise *plan, const ck_operand *x, const float *w,
                                     const ck_gradient *dy, const ck_pointwise_gradients *gradients);
#endif
