// The context of the tasks of softmax cross-entropy.
#include "../base/blocking.h"
#include "ck_loss.h"

typedef struct {
    ptrdiff_t M, N;
    const float *s;
    const int32_t *labels;
    float *g;
    double rows;              // number of rows with a label
    double *losses, *correct; // each has M values
} ck_cross_entropy;
