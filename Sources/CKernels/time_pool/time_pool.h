// The context of the tasks of pooling over time.
#include "../norm/images.h"
#include "ck_time_pool.h"

typedef struct {
    const ck_time_pool *p;
    ck_images images; // with T·W rows
    const ck_operand *x;
    float *mean, *max; // outputs of the forward pass
    int32_t *index;    // output of the forward pass, or NULL
    ck_time_pool_gradient dy;
    float *dz, *sums;
} ck_time_pool_task;

// The first mel band of group g.
static inline ptrdiff_t ck_time_pool_band(const ck_time_pool *p, ptrdiff_t g) { return g * p->W / p->G; }
