// Pooling over time that keeps the mel axis: the read-out of a feature map with N images, T frames, W mel bands and C
// channels. The mel bands are divided into G groups.
//   u(n, t, w, c) = activation(scale[c]·x + shift[c]), the operand without a gate
//   group g       = the bands with g·W/G ≤ w < (g + 1)·W/G
//   mean(n, g, c) = the mean of u over all t and all w of the group
//   max(n, g, c)  = the maximum of u over the same t and w
//   index(n, g, c) = the first t·W + w with this maximum
//   backward      dz(n, t, w, c) = activation'(z)·(dmean/count + (dmax if index = t·W + w, otherwise 0))
//                 count is the number of values in the group
//                 sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·x for each b of the ck_image_blocks({N, T·W, C}) blocks
// If a value of a group is NaN, the maximum of the group is NaN. A call writes one part of a longer vector: the values
// of image n, of shape (G, C), begin at mean + n·stride and at max + n·stride.
#ifndef CK_TIME_POOL_H
#define CK_TIME_POOL_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_time_pool {
    ptrdiff_t N, T, W, C;
    ptrdiff_t G;      // 1 ≤ G ≤ W
    ptrdiff_t stride; // floats from the values of one image to those of the next, at least G·C
} ck_time_pool;

// Returns CK_INVALID_SHAPE if a size is below 1, G > W, T·W >= 2²⁴, the stride is less than G·C, or a product of sizes
// does not fit into ptrdiff_t.
ck_status ck_time_pool_check(const ck_time_pool *p);

// index may be NULL, or both max and index. mean must not be NULL.
void ck_time_pool_forward(const ck_exec *exec, const ck_time_pool *p, const ck_operand *x, float *mean, float *max,
                          int32_t *index);

// The gradients of the outputs, and the positions of the maxima. dmax and index may be NULL, but only both.
typedef struct ck_time_pool_gradient {
    const float *dmean, *dmax;
    const int32_t *index;
} ck_time_pool_gradient;

// All of dz is written. sums may be NULL.
void ck_time_pool_backward(const ck_exec *exec, const ck_time_pool *p, const ck_operand *x,
                           const ck_time_pool_gradient *dy, float *dz, float *sums);

void ck_time_pool_forward_reference(const ck_time_pool *p, const ck_operand *x, float *mean, float *max,
                                    int32_t *index);
void ck_time_pool_backward_reference(const ck_time_pool *p, const ck_operand *x, const ck_time_pool_gradient *dy,
                                     float *dz, float *sums);
#endif
