#include "optimizer.h"
#include "../isa/tasks.h"
#include "variants.inc"
#include <math.h>

void ck_adam_step(const ck_exec *exec, const ck_adam *adam, ptrdiff_t count, const float *g, float *m, float *v,
                  float *w) {
    double t = (double)adam->step;
    ck_adam_arena k = {
        .count = count,
        .decay = (float)(1 - adam->learning_rate * adam->weight_decay),
        .rate1 = (float)(1 - adam->beta1),
        .beta2 = (float)adam->beta2,
        .rate2 = (float)(1 - adam->beta2),
        .root_correction = (float)sqrt(1 - pow(adam->beta2, t)),
        .epsilon = (float)adam->epsilon,
        .step = (float)(-adam->learning_rate / (1 - pow(adam->beta1, t))),
        .g = g,
        .m = m,
        .v = v,
        .w = w,
    };
    ck_parallel(exec, (count + CK_ADAM_BLOCK - 1) / CK_ADAM_BLOCK, CK_ACTIVE(ck_adam_block), &k);
}
