// The last operation of a residual block, for N images of R rows and C channels: the sum of two branches, with ReLU.
//   forward    y = max(0, scale[c]·raw + shift[c] + b)
//              b = other, the identity branch, if other has no scale;
//              b = other_scale[c]·other + other_shift[c], the normalized raw output of a convolution, if it has one
//   backward   dz = dy if y > 0, otherwise 0. It is the gradient of the normalized values of both branches.
//              sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·raw for each b of the ck_image_blocks(images) blocks;
//              other_sums in the same way, with other instead of raw
// Reference: He et al., 2016.
#ifndef CK_RESIDUAL_H
#define CK_RESIDUAL_H
#include "ck_base.h"
#include "ck_images.h"

// One of the two branches.
typedef struct ck_branch {
    const float *raw;   // (N, R, C)
    const float *scale; // (C), or NULL together with shift if raw is not to be normalized
    const float *shift;
} ck_branch;

// The shape must pass ck_images_check. y and other->raw may be the same memory.
void ck_residual_forward(const ck_exec *exec, ck_images images, const ck_branch *branch, const ck_branch *other,
                         float *y);

// Inputs and outputs of the forward pass that the backward pass needs. other_raw is NULL if the other branch is the
// identity.
typedef struct ck_residual_kept {
    const float *y, *raw, *other_raw;
} ck_residual_kept;

// The outputs of the backward pass, which are overwritten. other_sums is NULL if the other branch is the identity.
typedef struct ck_residual_gradients {
    float *dz, *sums, *other_sums;
} ck_residual_gradients;

// gradients->dz and dy may be the same memory.
void ck_residual_backward(const ck_exec *exec, ck_images images, const ck_residual_kept *kept, const float *dy,
                          const ck_residual_gradients *gradients);

void ck_residual_forward_reference(ck_images images, const ck_branch *branch, const ck_branch *other, float *y);
// sums and other_sums are (2, C).
void ck_residual_backward_reference(ck_images images, const ck_residual_kept *kept, const float *dy,
                                    const ck_residual_gradients *gradients);
#endif
