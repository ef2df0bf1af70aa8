// Softmax cross-entropy over rows, with its gradient in the same call.
//   loss = (1/M) Σ_m [logsumexp_n s(m, n) − s(m, label[m])]      (row maximum subtracted)
//   g(m, n) = (softmax(s(m, ·))_n − [n = label[m]]) / M
// Rows with a label below 0 take no part: M counts the others, and g is 0 there; without any the loss is 0. A label of
// N or more has no column: the loss is NaN, and so is the row of g. ck_softmax_cross_entropy_check finds it before.
// With label[m] = m and s = A·W·Pᵀ it is COLA's loss (Saeed et al., 2021).
#ifndef CK_LOSS_H
#define CK_LOSS_H
#include "ck_base.h"

typedef struct ck_loss_result {
    double loss;       // mean over the rows with a label
    ptrdiff_t rows;    // how many those are
    ptrdiff_t correct; // rows whose largest entry is the label's (the first wins a tie)
} ck_loss_result;

// CK_INVALID_SHAPE unless M and N are positive, (M, N) floats fit the address space and every label is below N; with
// labels NULL, unless M <= N.
ck_status ck_softmax_cross_entropy_check(ptrdiff_t M, ptrdiff_t N, const int32_t *labels);
// s is (M, N), pitch N. labels NULL: label[m] = m. g NULL: loss alone; g may be s. workspace: M × 2 doubles.
void ck_softmax_cross_entropy(const ck_exec *exec, ptrdiff_t M, ptrdiff_t N, const float *s, const int32_t *labels,
                              float *g, ck_loss_result *result, void *workspace);
void ck_softmax_cross_entropy_reference(ptrdiff_t M, ptrdiff_t N, const float *s, const int32_t *labels, float *g,
                                        ck_loss_result *result);
#endif
