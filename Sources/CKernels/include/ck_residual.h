// The last operation of a residual block, for N images of R rows and C channels: the sum of two branches, with ReLU.
//   forward    y = max(0, scale[c]·raw + shift[c] + b)
//              b = other, the identity branch, if other has no scale;
//              b = other_scale[c]·other + other_shift[c], the normalized raw output of a convolution, if it has one
//   backward   dz = dy if y > 0, otherwise 0. It is the gradient of the normalized values of both branches.
//              sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·raw for each b of the ck_image_blocks(N, R, C) blocks;
//              other_sums in the same way, with other instead of raw
// Reference: He et al., 2016.
#ifndef CK_RESIDUAL_H
#define CK_RESIDUAL_H
#include "ck_base.h"

// One of the two branches.
typedef struct ck_branch {
    const float *raw;   // (N, R, C)
    const float *scale; // (C), or NULL together with shift if raw is not to be normalized
    const float *shift;
} ck_branch;

// The shape must pass ck_images_check. y and other->raw may be the same memory.
void ck_residual_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_branch *branch,
                         const ck_branch *other, float *y);
// other_raw and other_sums are NULL if the other branch is the identity. dz and dy may be the same memory.
void ck_residual_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const float *y,
                          const float *raw, const float *other_raw, float *dz, float *sums, float *other_sums);

void ck_residual_forward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_branch *branch,
                                   const ck_branch *other, float *y);
// sums and other_sums are (2, C).
void ck_residual_backward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const float *y,
                                    const float *raw, const float *other_raw, float *dz, float *sums,
                                    float *other_sums);
#endif
