// What the blocks of global pooling share.
#include "../norm/images.h"
#include "ck_pooling.h"

typedef struct {
    ck_images images;
    const ck_operand *x;
    float *y;       // max forward
    int32_t *index; // written by max forward, read by max backward
    const float *dy;
    float *dz, *sums;
} ck_pooling;
