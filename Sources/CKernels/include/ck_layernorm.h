// Row-wise operations of the projection heads, on M rows of D values.
//   layernorm      z = gamma·(x − mean)·inv_std + beta, with the biased variance of the row;  y = tanh(z) or y = z
//   l2 normalize   y = x·inv_norm, inv_norm = 1/max(‖x‖, 1e-12)
// Reference: Ba, Kiros, Hinton, 2016.
#ifndef CK_LAYERNORM_H
#define CK_LAYERNORM_H
#include "ck_base.h"

typedef enum ck_row_activation { CK_ROW_IDENTITY = 0, CK_ROW_TANH } ck_row_activation;

// M rows of D values.
typedef struct ck_rows {
    ptrdiff_t M, D;
} ck_rows;

// Returns CK_INVALID_SHAPE unless M and D are positive and (M, D) floats fit into the address space. ck_layernorm_plan
// makes this check itself; for l2 normalization, which has no plan, the caller makes it.
ck_status ck_rows_check(ck_rows rows);

typedef struct ck_layernorm {
    ck_rows rows;
    float eps;
    ck_row_activation activation;
    ptrdiff_t workspace_bytes; // for the partial sums of the backward pass; the caller provides it
} ck_layernorm;

// Makes the plan. Returns CK_INVALID_SHAPE if ck_rows_check rejects the rows.
ck_status ck_layernorm_plan(ck_layernorm *plan, ck_rows rows, float eps, ck_row_activation activation);

// The outputs of the forward pass: y (M, D), mean (M) and inv_std (M).
typedef struct ck_layernorm_outputs {
    float *y, *mean, *inv_std;
} ck_layernorm_outputs;

void ck_layernorm_forward(const ck_exec *exec, const ck_layernorm *plan, const float *x, const float *gamma,
                          const float *beta, const ck_layernorm_outputs *outputs);

// Inputs and outputs of the forward pass that the backward pass needs. It needs y because the derivative of tanh is
// 1 − y².
typedef struct ck_layernorm_kept {
    const float *x, *gamma, *y, *mean, *inv_std;
} ck_layernorm_kept;

// The outputs of the backward pass. `update` applies to dx; dgamma and dbeta are overwritten.
typedef struct ck_layernorm_gradients {
    float *dx;
    ck_update update;
    float *dgamma, *dbeta;
} ck_layernorm_gradients;

void ck_layernorm_backward(const ck_exec *exec, const ck_layernorm *plan, const ck_layernorm_kept *kept,
                           const float *dy, const ck_layernorm_gradients *gradients, void *workspace);

// Forward: y = tanh(x). Backward: dx = dy·(1 − y²). Arrays have `count` elements.
void ck_tanh_forward(const ck_exec *exec, ptrdiff_t count, const float *x, float *y);
void ck_tanh_backward(const ck_exec *exec, ptrdiff_t count, const float *y, const float *dy, float *dx);

void ck_l2_normalize_forward(const ck_exec *exec, ck_rows rows, const float *x, float *y, float *inv_norm);
void ck_l2_normalize_backward(const ck_exec *exec, ck_rows rows, const float *y, const float *inv_norm, const float *dy,
                              float *dx, ck_update update);

void ck_layernorm_forward_reference(const ck_layernorm *plan, const float *x, const float *gamma, const float *beta,
                                    const ck_layernorm_outputs *outputs);
void ck_layernorm_backward_reference(const ck_layernorm *plan, const ck_layernorm_kept *kept, const float *dy,
                                     const ck_layernorm_gradients *gradients);
void ck_l2_normalize_forward_reference(ck_rows rows, const float *x, float *y, float *inv_norm);
void ck_l2_normalize_backward_reference(ck_rows rows, const float *y, const float *inv_norm, const float *dy, float *dx,
                                        ck_update update);
#endif
