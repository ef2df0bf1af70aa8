// The end of a residual block, over N images of R rows and C channels: two branches meet, and are rectified.
//   forward    y = max(0, scale[c]·raw + shift[c] + b)   with b = other (the identity), or, where other_scale is given,
//              b = other_scale[c]·other + other_shift[c] (the normalised raw output of a convolution)
//   backward   dz = dy where y > 0, elsewhere 0: the gradient of both branches' normalised values
//              sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·raw, b over ck_image_blocks(N, R, C); other_sums with other
// Reference: He et al., 2016.
#ifndef CK_RESIDUAL_H
#define CK_RESIDUAL_H
#include "ck_base.h"

typedef struct ck_branch {
    const float *raw;   // (N, R, C)
    const float *scale; // (C), or NULL together with shift: raw is the value
    const float *shift;
} ck_branch;

// Shapes are those that ck_images_check takes. y may be other->raw's own memory.
void ck_residual_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_branch *branch,
                         const ck_branch *other, float *y);
// other_raw and other_sums are NULL where the other branch is the identity. dz may be dy's own memory.
void ck_residual_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const float *y,
                          const float *raw, const float *other_raw, float *dz, float *sums, float *other_sums);

void ck_residual_forward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_branch *branch,
                                   const ck_branch *other, float *y);
// sums and other_sums are (2, C).
void ck_residual_backward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const float *y,
                                    const float *raw, const float *other_raw, float *dz, float *sums,
                                    float *other_sums);
#endif
