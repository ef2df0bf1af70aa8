// What the blocks of pooling over time share.
#include "../norm/images.h"
#include "ck_time_pool.h"

typedef struct {
    const ck_time_pool *p;
    ck_images images; // of T·W rows
    const ck_operand *x;
    float *mean, *max; // forward
    int32_t *index;    // written by forward, read by backward; NULL where nobody asks
    const float *dmean, *dmax;
    float *dz, *sums;
} ck_time_pool_task;

// The first band of group g.
static inline ptrdiff_t ck_time_pool_band(const ck_time_pool *p, ptrdiff_t g) { return g * p->W / p->G; }
