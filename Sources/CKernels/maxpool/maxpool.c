#include "maxpool.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_maxpool_forward_image)
CK_KERNEL(ck_task_function, ck_maxpool_backward_image)

// The largest number of pixels of a window. Positions are stored as floats, which are exact up to 2²⁴.
enum { MOST_PLACES = 1 << 24 };

ck_status ck_maxpool_plan(ck_maxpool *plan) {
    const ck_maxpool p = *plan;
    if (p.N < 1 || p.H < 1 || p.W < 1 || p.C < 1 || p.kernel_h < 1 || p.kernel_w < 1) return CK_INVALID_SHAPE;
    if (p.stride_h < 1 || p.stride_h > 2 || p.stride_w < 1 || p.stride_w > 2) return CK_INVALID_SHAPE;
    if (p.padding_h < 0 || p.padding_h > (p.kernel_h - 1) / 2) return CK_INVALID_SHAPE;
    if (p.padding_w < 0 || p.padding_w > (p.kernel_w - 1) / 2) return CK_INVALID_SHAPE;
    if (p.H > CK_MOST_FLOATS || p.W > CK_MOST_FLOATS) return CK_INVALID_SHAPE;
    if (p.kernel_h > CK_MOST_FLOATS || p.kernel_w > CK_MOST_FLOATS) return CK_INVALID_SHAPE;
    ptrdiff_t height = p.H + 2 * p.padding_h - p.kernel_h, width = p.W + 2 * p.padding_w - p.kernel_w;
    if (height < 0 || width < 0) return CK_INVALID_SHAPE;
    if (!sizes_fit(p.N, p.H, p.W, p.C)) return CK_INVALID_SHAPE;
    if (p.kernel_h > MOST_PLACES / p.kernel_w) return CK_INVALID_SHAPE;
    plan->P = height / p.stride_h + 1;
    plan->Q = width / p.stride_w + 1;
    return CK_OK;
}

void ck_maxpool_forward(const ck_exec *exec, const ck_maxpool *plan, const ck_operand *x, float *y) {
    maxpool_job job = {.plan = plan, .x = x, .y = y};
    ck_parallel(exec, plan->N, CK_ACTIVE(ck_maxpool_forward_image), &job);
}

void ck_maxpool_backward(const ck_exec *exec, const ck_maxpool *plan, const ck_operand *x, const float *dy, float *dz,
                         float *sums) {
    maxpool_job job = {.plan = plan, .x = x, .dy = dy, .dz = dz, .sums = sums};
    ck_parallel(exec, plan->N, CK_ACTIVE(ck_maxpool_backward_image), &job);
}
