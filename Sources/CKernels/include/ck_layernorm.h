// Row-wise operations of the projection heads, on M rows of D values.
//   layernorm      z = gamma·(x − mean)·inv_std + beta, with the biased variance of the row;  y = tanh(z) or y = z
//   l2 normalize   y = x·inv_norm, inv_norm = 1/max(‖x‖, 1e-12)
// Reference: Ba, Kiros, Hinton, 2016.
#ifndef CK_LAYERNORM_H
#define CK_LAYERNORM_H
#include "ck_base.h"

typedef enum ck_row_activation { CK_ROW_IDENTITY = 0, CK_ROW_TANH } ck_row_activation;

typedef struct ck_layernorm {
    ptrdiff_t M, D;
    float eps;
    ck_row_activation activation;
    ptrdiff_t workspace_bytes; // for the partial sums of the backward pass; the caller provides it
} ck_layernorm;

// Returns CK_INVALID_SHAPE unless M and D are positive and (M, D) floats fit into the address space. The plan makes
// this check itself; for l2 normalization, which has no plan, the caller makes it.
ck_status ck_layernorm_check(ptrdiff_t M, ptrdiff_t D);
ck_status ck_layernorm_plan(ck_layernorm *plan, ptrdiff_t M, ptrdiff_t D, float eps, ck_row_activation activation);

void ck_layernorm_forward(const ck_exec *exec, const ck_layernorm *plan, const float *x, const float *gamma,
                          const float *beta, float *y, float *mean, float *inv_std);

// Inputs and outputs of the forward pass that the backward pass needs. It needs y because the derivative of tanh is
// 1 − y².
typedef struct ck_layernorm_kept {
    const float *x, *gamma, *y, *mean, *inv_std;
} ck_layernorm_kept;

// `update` applies to dx. dgamma and dbeta are overwritten.
void ck_layernorm_backward(const ck_exec *exec, const ck_layernorm *plan, const ck_layernorm_kept *kept,
                           const float *dy, float *dx, ck_update update, float *dgamma, float *dbeta, void *workspace);

// Forward: y = tanh(x). Backward: dx = dy·(1 − y²). Arrays have `count` elements.
void ck_tanh_forward(const ck_exec *exec, ptrdiff_t count, const float *x, float *y);
void ck_tanh_backward(const ck_exec *exec, ptrdiff_t count, const float *y, const float *dy, float *dx);

void ck_l2_normalize_forward(const ck_exec *exec, ptrdiff_t M, ptrdiff_t D, const float *x, float *y, float *inv_norm);
void ck_l2_normalize_backward(const ck_exec *exec, ptrdiff_t M, ptrdiff_t D, const float *y, const float *inv_norm,
                              const float *dy, float *dx, ck_update update);

void ck_layernorm_forward_reference(const ck_layernorm *plan, const float *x, const float *gamma, const float *beta,
                                    float *y, float *mean, float *inv_std);
void ck_layernorm_backward_reference(const ck_layernorm *plan, const ck_layernorm_kept *kept, const float *dy,
                                     float *dx, ck_update update, float *dgamma, float *dbeta);
void ck_l2_normalize_forward_reference(ptrdiff_t M, ptrdiff_t D, const float *x, float *y, float *inv_norm);
void ck_l2_normalize_backward_reference(ptrdiff_t M, ptrdiff_t D, const float *y, const float *inv_norm,
                                        const float *dy, float *dx, ck_update update);
#endif
