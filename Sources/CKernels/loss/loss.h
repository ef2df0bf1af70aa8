// What the blocks of softmax cross-entropy share.
#include "../base/blocking.h"
#include "ck_loss.h"

typedef struct {
    ptrdiff_t M, N;
    const float *s;
    const int32_t *labels;
    float *g;
    double rows;              // those with a label
    double *losses, *correct; // (M) each
} ck_cross_entropy;
