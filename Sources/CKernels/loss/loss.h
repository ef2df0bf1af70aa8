// The context of the tasks of softmax cross-entropy.
#include "../base/blocking.h"
#include "ck_loss.h"

typedef struct {
    ck_cross_entropy loss;
    const float *s;
    float *g;
    double rows;              // number of rows with a label
    double *losses, *correct; // each has M values
} cross_entropy_job;
