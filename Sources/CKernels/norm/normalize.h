// What the blocks of the two normalise-and-add passes share.
#include "images.h"

typedef struct {
    ck_images images;
    const float *raw, *scale, *shift, *image_scale, *residual;
    float *y;
} ck_normalize_add;

typedef struct {
    ck_images images;
    const float *dy, *raw, *image_scale;
    float *sums;
} ck_normalize_add_gradient;
