// The context of the tasks of max pooling. A task is one image.
#include "ck_maxpool.h"

typedef struct {
    const ck_maxpool *plan;
    const ck_operand *x;
    const float *dy; // used by the backward pass
    float *y, *dz, *sums;
} maxpool_job;
