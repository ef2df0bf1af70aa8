// What the blocks of the residual end share.
#include "../norm/images.h"
#include "ck_residual.h"

typedef struct {
    ck_images images;
    ck_branch branch, other;
    const float *dy; // backward
    float *y;        // written forward, read backward
    float *dz, *sums, *other_sums;
} ck_residual;
