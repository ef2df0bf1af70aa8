// The plan, and the calls of the kernels of the active instruction set.
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"
#include "internal.h"

ck_status ck_stem_plan(ck_stem *plan, ptrdiff_t N, ptrdiff_t H, ptrdiff_t W, ptrdiff_t C, ptrdiff_t O) {
    if (C > 4 || !sizes_fit(N, H, W, C) || !sizes_fit(9, W + 2, C, O) || !sizes_fit(STEM_BLOCKS, 9, C, O))
        return CK_INVALID_SHAPE;
    if (!sizes_fit(N, H / 2 + 1, W / 2 + 1, O)) return CK_INVALID_SHAPE;
    ck_stem p = {.N = N, .H = H, .W = W, .C = C, .O = O, .P = (H - 1) / 2 + 1, .Q = (W - 1) / 2 + 1};
    p.images_per_block = blocks_of(N, STEM_BLOCKS);
    p.statistics_blocks = blocks_of(N, p.images_per_block);
    p.backward_workspace_bytes = bytes_of(p.statistics_blocks * 9 * C * O);
    p.scratch_bytes = bytes_of(3 * (W + 2) * C);
    *plan = p;
    return CK_OK;
}

CK_KERNEL(ck_task_function, stem_forward)
CK_KERNEL(ck_task_function, stem_backward)

void ck_stem_forward(const ck_exec *exec, const ck_stem *plan, const float *x, const float *w, const ck_output *y) {
    stem_job job = {.plan = plan, .x = x, .w = w, .y = y->y, .y16 = y->y16, .statistics = y->statistics};
    job.stream = y->y && worth_streaming(y->y, plan->N * plan->P * plan->Q * plan->O, plan->O, STEM_STREAM_FLOATS);
    ck_parallel(exec, plan->statistics_blocks, CK_ACTIVE(stem_forward), &job);
}

void ck_stem_backward(const ck_exec *exec, const ck_stem *plan, const float *x, const ck_gradient *dy, float *dw,
                      void *workspace) {
    stem_job job = {.plan = plan, .x = x, .dy = *dy, .dw = workspace};
    ck_parallel(exec, plan->statistics_blocks, CK_ACTIVE(stem_backward), &job);
    ck_reduce_blocks(exec, workspace, plan->statistics_blocks, 9 * plan->C * plan->O, CK_STORE, dw);
}
