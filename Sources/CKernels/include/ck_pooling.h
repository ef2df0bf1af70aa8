// Global pooling over the R rows of each of N images. u is the operand with normalization and activation; it has no
// gate.
//   max        y(n, c) = max_r u(n, r, c), index(n, c) = the first r with this value
//              A NaN counts as larger than every number: y is then NaN, and index is the first NaN.
//   average    see ck_squeeze_forward
//   backward   max:      dz(n, r, c) = activation'(z)·dy(n, c) at r = index(n, c), and 0 elsewhere
//              average:  dz(n, r, c) = activation'(z)·dy(n, c)/R
//              sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·x for each b of the ck_image_blocks(images) blocks
#ifndef CK_POOLING_H
#define CK_POOLING_H
#include "ck_base.h"
#include "ck_images.h"
#include "ck_operand.h"

// The largest R of global max pooling. The kernel stores positions as floats, which are exact up to 2²⁴.
enum { CK_GLOBAL_MAX_ROWS = 1 << 24 };
// Returns CK_INVALID_SHAPE if ck_images_check rejects the shape or if R > CK_GLOBAL_MAX_ROWS.
ck_status ck_global_max_check(ck_images images);

void ck_global_max_forward(const ck_exec *exec, ck_images images, const ck_operand *x, float *y, int32_t *index);
// All of dz is written, including zeros. sums may be NULL.
void ck_global_max_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *dy,
                            const int32_t *index, float *dz, float *sums);
void ck_global_average_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *dy, float *dz,
                                float *sums);

void ck_global_max_forward_reference(ck_images images, const ck_operand *x, float *y, int32_t *index);
void ck_global_max_backward_reference(ck_images images, const ck_operand *x, const float *dy, const int32_t *index,
                                      float *dz, float *sums);
void ck_global_average_backward_reference(ck_images images, const ck_operand *x, const float *dy, float *dz,
                                          float *sums);
#endif
