// Global pooling over the R rows of each of N images; the operand is read with normalisation and activation, no gate.
//   max        y(n, c) = max_r u(n, r, c), index(n, c) the first r that attains it
//              (a NaN is larger than every number: y is NaN, index the first NaN)
//   average    ck_squeeze_forward
//   backward   dz(n, r, c) = activation'(z)·dy(n, c)   at r = index (max; elsewhere 0), or dy/R at every r (average)
//              sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·x, b over ck_image_blocks(N, R, C)
#ifndef CK_POOLING_H
#define CK_POOLING_H
#include "ck_base.h"
#include "ck_operand.h"

// ck_images_check, and of the maximum R <= 2²⁴: places are found as floats.
enum { CK_GLOBAL_MAX_ROWS = 1 << 24 };
ck_status ck_global_max_check(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C);

void ck_global_max_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x, float *y,
                           int32_t *index);
// dz is stored in full, zeros included. sums may be NULL.
void ck_global_max_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                            const float *dy, const int32_t *index, float *dz, float *sums);
void ck_global_average_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                                const float *dy, float *dz, float *sums);

void ck_global_max_forward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x, float *y,
                                     int32_t *index);
void ck_global_max_backward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x, const float *dy,
                                      const int32_t *index, float *dz, float *sums);
void ck_global_average_backward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x, const float *dy,
                                          float *dz, float *sums);
#endif
