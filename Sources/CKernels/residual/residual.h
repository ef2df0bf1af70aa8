// The contexts of the tasks of ck_residual_forward and ck_residual_backward.
#include "../norm/images.h"
#include "ck_residual.h"

typedef struct {
    ck_images images;
    ck_branch branch, other;
    float *y;
} residual_job;

typedef struct {
    ck_images images;
    ck_residual_kept kept;
    const float *dy;
    ck_residual_gradients gradients;
} residual_backward_job;
