// Optimizer updates over flat arenas, one pass, in place.
//   adam       m = β1·m + (1−β1)·g;  v = β2·v + (1−β2)·g²;  w −= lr·(m/(1−β1ᵗ)) / (√(v/(1−β2ᵗ)) + ε)
//              weight_decay > 0: decoupled (AdamW), w −= lr·weight_decay·w first
// Reference: Kingma and Ba, 2015; Loshchilov and Hutter, 2019. The order of operations is PyTorch's.
#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H
#include "ck_base.h"

typedef struct ck_adam {
    double learning_rate, beta1, beta2, epsilon, weight_decay;
    int64_t step; // t, from 1
} ck_adam;

void ck_adam_step(const ck_exec *exec, const ck_adam *adam, ptrdiff_t count, const float *g, float *m, float *v,
                  float *w);
void ck_adam_step_reference(const ck_adam *adam, ptrdiff_t count, const float *g, float *m, float *v, float *w);
#endif
