// Softmax cross-entropy of M rows, with its gradient in the same call.
//   loss = (1/M) Σ_m [logsumexp_n s(m, n) − s(m, label[m])]      (the row's maximum is subtracted before exp)
//   g(m, n) = (softmax(s(m, ·))_n − [n = label[m]]) / M
// Rows with a label below 0 are ignored: g is 0 in these rows, and M in the formulas is the number of the other rows.
// If there are no other rows, the loss is 0. If a label is N or more, the loss and this row of g are NaN.
// ck_softmax_cross_entropy_check finds such labels before the call.
// With label[m] = m and s = A·W·Pᵀ, this is the loss of COLA (Saeed et al., 2021).
#ifndef CK_LOSS_H
#define CK_LOSS_H
#include "ck_base.h"

typedef struct ck_loss_result {
    double loss;       // mean over the rows with a label
    ptrdiff_t rows;    // number of rows with a label
    ptrdiff_t correct; // rows in which the label's column has the largest value (of equal values, the first counts)
} ck_loss_result;

// The sizes and the labels of a loss.
typedef struct ck_cross_entropy {
    ptrdiff_t M, N;
    const int32_t *labels; // (M), or NULL if label[m] = m
} ck_cross_entropy;

// Returns CK_INVALID_SHAPE unless M and N are positive, (M, N) floats fit into the address space, and every label is
// below N. If labels is NULL, M must not exceed N.
ck_status ck_softmax_cross_entropy_check(const ck_cross_entropy *loss);
// s is (M, N) with row pitch N. If g is NULL, only the loss is computed. g and s may be the same memory. workspace has
// 2·M doubles.
void ck_softmax_cross_entropy(const ck_exec *exec, const ck_cross_entropy *loss, const float *s, float *g,
                              ck_loss_result *result, void *workspace);
void ck_softmax_cross_entropy_reference(const ck_cross_entropy *loss, const float *s, float *g, ck_loss_result *result);
#endif
