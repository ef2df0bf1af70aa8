// Pooling over time that keeps the mel axis: the read-out of an encoder's map (N images, T frames, W bands, C
// channels).
//   u(n, t, w, c) = activation(scale[c]·x + shift[c]), the operand without a gate
//   group g of G  = the bands g·W/G ≤ w < (g + 1)·W/G
//   mean(n, g, c) = Σ u over all t and the group's w, divided by how many these are
//   max(n, g, c)  = the largest of these u, index(n, g, c) the first t·W + w that attains it
//   backward      dz(n, t, w, c) = activation'(z)·(dmean/count + dmax where index = t·W + w)
//                 sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·x, b over ck_image_blocks(N, T·W, C)
// A maximum is NaN where a value of its group is NaN. One call writes one part of a longer vector: image n's
// values begin at mean + n·stride and max + n·stride, (G, C) each.
#ifndef CK_TIME_POOL_H
#define CK_TIME_POOL_H
#include "ck_base.h"
#include "ck_operand.h"

typedef struct ck_time_pool {
    ptrdiff_t N, T, W, C;
    ptrdiff_t G;      // 1 ≤ G ≤ W
    ptrdiff_t stride; // floats from one image's values to the next, at least G·C
} ck_time_pool;

// CK_INVALID_SHAPE where a size is below 1, G is above W, the stride is too short, or a product does not fit.
ck_status ck_time_pool_check(const ck_time_pool *p);

// max and index may be NULL, together or index alone: means are always written.
void ck_time_pool_forward(const ck_exec *exec, const ck_time_pool *p, const ck_operand *x, float *mean, float *max,
                          int32_t *index);
// dz is stored in full. sums may be NULL; dmax and index are NULL together.
void ck_time_pool_backward(const ck_exec *exec, const ck_time_pool *p, const ck_operand *x, const float *dmean,
                           const float *dmax, const int32_t *index, float *dz, float *sums);

void ck_time_pool_forward_reference(const ck_time_pool *p, const ck_operand *x, float *mean, float *max,
                                    int32_t *index);
void ck_time_pool_backward_reference(const ck_time_pool *p, const ck_operand *x, const float *dmean, const float *dmax,
                                     const int32_t *index, float *dz, float *sums);
#endif
