#include "optimizer.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"
#include <math.h>

CK_KERNEL(ck_task_function, ck_adam_block)
CK_KERNEL(ck_task_function, ck_sgd_block)
CK_KERNEL(ck_task_function, ck_average_block)
CK_KERNEL(ck_task_function, ck_squares_block)

ck_status ck_adam_check(const ck_adam *adam) {
    if (adam->step < 1 || !(adam->beta1 >= 0 && adam->beta1 < 1)) return CK_INVALID_SHAPE;
    return adam->beta2 >= 0 && adam->beta2 < 1 ? CK_OK : CK_INVALID_SHAPE;
}

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
    ck_parallel(exec, ck_arena_blocks(count), CK_ACTIVE(ck_adam_block), &k);
}

void ck_sgd_step(const ck_exec *exec, const ck_sgd *sgd, ptrdiff_t count, const float *g, float *m, float *w) {
    ck_sgd_arena k = {
        .count = count,
        .momentum = (float)sgd->momentum,
        .decay = (float)sgd->weight_decay,
        .trust = (float)sgd->trust,
        .rate = (float)sgd->learning_rate,
        .g = g,
        .m = m,
        .w = w,
    };
    ck_parallel(exec, ck_arena_blocks(count), CK_ACTIVE(ck_sgd_block), &k);
}

void ck_average_step(const ck_exec *exec, double decay, ptrdiff_t count, const float *w, float *average) {
    ck_average_arena k = {count, (float)(1 - decay), w, average};
    ck_parallel(exec, ck_arena_blocks(count), CK_ACTIVE(ck_average_block), &k);
}

ptrdiff_t ck_arena_blocks(ptrdiff_t count) { return blocks_of(count, ARENA_FLOATS); }

double ck_sum_of_squares(const ck_exec *exec, ptrdiff_t count, const float *x, void *workspace) {
    ck_squares k = {count, x, workspace};
    ck_parallel(exec, ck_arena_blocks(count), CK_ACTIVE(ck_squares_block), &k);
    double sum = 0;
    for (ptrdiff_t block = 0; block < ck_arena_blocks(count); block++) sum += k.sums[block];
    return sum;
}
