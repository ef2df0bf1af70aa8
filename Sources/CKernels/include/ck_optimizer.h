// Optimizer updates of flat arrays of weights, in one pass and in place. lr is the learning rate.
//   adam       m = β1·m + (1−β1)·g;  v = β2·v + (1−β2)·g²;  w −= lr·(m/(1−β1ᵗ)) / (√(v/(1−β2ᵗ)) + ε)
//              If weight_decay > 0, it is decoupled (AdamW): w −= lr·weight_decay·w comes first.
//   sgd        g' = trust·(g + weight_decay·w);  m = momentum·m + g';  w −= lr·m
//              For LARS, each tensor has its own trust: coefficient·‖w‖ / (‖g‖ + weight_decay·‖w‖).
//   average    average += (1 − decay)·(w − average)
// The order of operations is the same as in PyTorch.
// Reference: Kingma and Ba, 2015; Loshchilov and Hutter, 2019; You, Gitman and Ginsburg, 2017.
#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H
#include "ck_base.h"

typedef struct ck_adam {
    double learning_rate, beta1, beta2, epsilon, weight_decay;
    int64_t step; // t in the formulas; the first step is 1
} ck_adam;

// Returns CK_INVALID_SHAPE unless step >= 1 (in step 0, the divisors 1 − βᵗ would be 0) and β1 and β2 are in [0, 1).
ck_status ck_adam_check(const ck_adam *adam);
void ck_adam_step(const ck_exec *exec, const ck_adam *adam, ptrdiff_t count, const float *g, float *m, float *v,
                  float *w);
typedef struct ck_sgd {
    double learning_rate, momentum, weight_decay, trust;
} ck_sgd;

void ck_sgd_step(const ck_exec *exec, const ck_sgd *sgd, ptrdiff_t count, const float *g, float *m, float *w);

void ck_average_step(const ck_exec *exec, double decay, ptrdiff_t count, const float *w, float *average);

// Returns Σ x². The workspace has ck_arena_blocks(count) doubles.
ptrdiff_t ck_arena_blocks(ptrdiff_t count);
double ck_sum_of_squares(const ck_exec *exec, ptrdiff_t count, const float *x, void *workspace);

void ck_sgd_step_reference(const ck_sgd *sgd, ptrdiff_t count, const float *g, float *m, float *w);
void ck_average_step_reference(double decay, ptrdiff_t count, const float *w, float *average);
double ck_sum_of_squares_reference(ptrdiff_t count, const float *x);
void ck_adam_step_reference(const ck_adam *adam, ptrdiff_t count, const float *g, float *m, float *v, float *w);
#endif
