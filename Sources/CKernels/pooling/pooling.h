// The context of the tasks of global pooling.
#include "../norm/images.h"
#include "ck_pooling.h"

typedef struct {
    ck_images images;
    const ck_operand *x;
    float *y;       // output of ck_global_max_forward
    int32_t *index; // written by ck_global_max_forward, read by ck_global_max_backward
    const float *dy;
    float *dz, *sums;
} ck_pooling;
