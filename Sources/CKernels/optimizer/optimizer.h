// What the blocks of an optimizer step share: Adam's scalars, from double to float once.
#include "ck_optimizer.h"

enum { CK_ADAM_BLOCK = 16384 };

typedef struct {
    ptrdiff_t count;
    float decay;               // 1 − lr·weight_decay
    float rate1, beta2, rate2; // 1 − β1, β2, 1 − β2
    float root_correction;     // √(1 − β2ᵗ)
    float epsilon, step;       // ε, −lr/(1 − β1ᵗ)
    const float *g;
    float *m, *v, *w;
} ck_adam_arena;
