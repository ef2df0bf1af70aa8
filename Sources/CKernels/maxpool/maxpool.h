// What the blocks of window maxima share; a block is an image.
#include "ck_maxpool.h"

typedef struct {
    const ck_maxpool *plan;
    const ck_operand *x;
    const float *dy; // backward
    float *y, *dz, *sums;
} maxpool_job;
