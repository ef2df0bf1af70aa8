#include "ck_optimizer.h"
#include <math.h>

void ck_adam_step_reference(const ck_adam *adam, ptrdiff_t count, const float *g, float *m, float *v, float *w) {
    double t = (double)adam->step, lr = adam->learning_rate;
    double correction1 = 1 - pow(adam->beta1, t), correction2 = 1 - pow(adam->beta2, t);
    for (ptrdiff_t i = 0; i < count; i++) {
        double first = adam->beta1 * m[i] + (1 - adam->beta1) * g[i];
        double second = adam->beta2 * v[i] + (1 - adam->beta2) * g[i] * g[i];
        double decayed = w[i] - lr * adam->weight_decay * w[i];
        m[i] = (float)first;
        v[i] = (float)second;
        w[i] = (float)(decayed - lr * (first / correction1) / (sqrt(second / correction2) + adam->epsilon));
    }
}

void ck_sgd_step_reference(const ck_sgd *sgd, ptrdiff_t count, const float *g, float *m, float *w) {
    for (ptrdiff_t i = 0; i < count; i++) {
        double moved = sgd->momentum * m[i] + sgd->trust * (g[i] + sgd->weight_decay * w[i]);
        m[i] = (float)moved;
        w[i] = (float)(w[i] - sgd->learning_rate * moved);
    }
}

double ck_sum_of_squares_reference(ptrdiff_t count, const float *x) {
    double sum = 0;
    for (ptrdiff_t i = 0; i < count; i++) sum += (double)x[i] * x[i];
    return sum;
}

void ck_average_step_reference(double decay, ptrdiff_t count, const float *w, float *average) {
    for (ptrdiff_t i = 0; i < count; i++) average[i] = (float)(average[i] + (1 - decay) * ((double)w[i] - average[i]));
}
