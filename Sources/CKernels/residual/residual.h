// The context of the tasks of ck_residual_forward and ck_residual_backward.
#include "../norm/images.h"
#include "ck_residual.h"

typedef struct {
    ck_images images;
    ck_branch branch, other;
    const float *dy; // used by the backward pass
    float *y;        // written by the forward pass, read by the backward pass
    float *dz, *sums, *other_sums;
} ck_residual;
