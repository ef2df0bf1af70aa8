#include "time_pool.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_time_pool_forward_block)
CK_KERNEL(ck_task_function, ck_time_pool_backward_block)

ck_status ck_time_pool_check(const ck_time_pool *p) {
    if (p->N < 1 || p->T < 1 || p->W < 1 || p->C < 1 || p->G < 1 || p->G > p->W) return CK_INVALID_SHAPE;
    if (!sizes_fit(p->N, p->T, p->W, p->C) || !sizes_fit(p->N, p->stride, 1, 1)) return CK_INVALID_SHAPE;
    // The kernel stores positions as floats, which are exact up to 2²⁴.
    if (p->T * p->W >= 1 << 24 || p->stride < p->G * p->C) return CK_INVALID_SHAPE;
    return CK_OK;
}

static ck_images images_of(const ck_time_pool *p) { return (ck_images){p->N, p->T * p->W, p->C}; }

void ck_time_pool_forward(const ck_exec *exec, const ck_time_pool *p, const ck_operand *x, float *mean, float *max,
                          int32_t *index) {
    ck_time_pool_task k = {.p = p, .images = images_of(p), .x = x, .mean = mean, .max = max, .index = index};
    ck_parallel(exec, ck_image_blocks(k.images), CK_ACTIVE(ck_time_pool_forward_block), &k);
}

void ck_time_pool_backward(const ck_exec *exec, const ck_time_pool *p, const ck_operand *x,
                           const ck_time_pool_gradient *dy, float *dz, float *sums) {
    ck_time_pool_task k = {.p = p, .images = images_of(p), .x = x, .dy = *dy, .dz = dz, .sums = sums};
    ck_parallel(exec, ck_image_blocks(k.images), CK_ACTIVE(ck_time_pool_backward_block), &k);
}
