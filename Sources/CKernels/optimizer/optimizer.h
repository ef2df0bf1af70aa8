// The contexts of the tasks of the optimizers. Their scalars are converted from double to float once per step.
#include "../base/blocking.h"
#include "ck_optimizer.h"

typedef struct {
    ptrdiff_t count;
    float decay;               // 1 − lr·weight_decay
    float rate1, beta2, rate2; // 1 − β1, β2, 1 − β2
    float root_correction;     // √(1 − β2ᵗ)
    float epsilon, step;       // ε, −lr/(1 − β1ᵗ)
    const float *g;
    float *m, *v, *w;
} ck_adam_arena;

typedef struct {
    ptrdiff_t count;
    float momentum, decay, trust, rate;
    const float *g;
    float *m, *w;
} ck_sgd_arena;

typedef struct {
    ptrdiff_t count;
    float rate; // 1 − decay
    const float *w;
    float *average;
} ck_average_arena;

typedef struct {
    ptrdiff_t count;
    const float *x;
    double *sums; // one per block
} ck_squares;
