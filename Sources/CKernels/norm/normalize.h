// The contexts of the tasks of ck_normalize_add_forward and ck_normalize_add_backward.
#include "ck_operand.h"
#include "images.h"

typedef struct {
    ck_images images;
    const ck_operand *x, *residual;
    const float *image_scale;
    float *y;
} ck_normalize_add;

typedef struct {
    ck_images images;
    const float *dy;
    const ck_operand *x;
    const float *image_scale;
    float *sums;
} ck_normalize_add_gradient;
