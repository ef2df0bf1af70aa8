// The plan, and the calls of the kernels of the active instruction set.
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"
#include "internal.h"

#define CK_SHAPE(k, s, t)                                                                                              \
    CK_FOR_EACH_ISA(CK_DECLARE_FOR, ck_task_function, depthwise_forward_##k##_##s##t)                                  \
    CK_FOR_EACH_ISA(CK_DECLARE_FOR, ck_task_function, depthwise_backward_##k##_##s##t)
#include "shapes.inc"

typedef struct {
    ptrdiff_t kernel, stride_h, stride_w;
    ck_task forward[CK_ISA_COUNT], backward[CK_ISA_COUNT];
} compiled_shape;

static const compiled_shape shapes[] = {
#define CK_SHAPE(k, s, t)                                                                                              \
    {k, s, t, CK_TABLE(depthwise_forward_##k##_##s##t), CK_TABLE(depthwise_backward_##k##_##s##t)},
#include "shapes.inc"
};

int ck_depthwise_compiled(ptrdiff_t index, ck_depthwise_shape *shape) {
    if (index < 0 || index >= (ptrdiff_t)(sizeof shapes / sizeof *shapes)) return 0;
    const compiled_shape *compiled = &shapes[index];
    shape->kernel = compiled->kernel, shape->stride_h = compiled->stride_h, shape->stride_w = compiled->stride_w;
    return 1;
}

static const compiled_shape *compiled_for(const ck_depthwise_shape *s) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].kernel == s->kernel && shapes[i].stride_h == s->stride_h && shapes[i].stride_w == s->stride_w)
            return &shapes[i];
    return NULL;
}

ck_status ck_depthwise_plan(ck_depthwise *plan, const ck_depthwise_shape *shape) {
    const ptrdiff_t N = shape->N, H = shape->H, W = shape->W, C = shape->C, kernel = shape->kernel;
    if (!sizes_fit(N, H, W, C) || compiled_for(shape) == NULL) return CK_INVALID_SHAPE;
    ck_depthwise p = {.shape = *shape};
    // The size of the scratch memory depends on W and the kernel, and the size of the partial gradients on C.
    if (!sizes_fit(8 * DEPTHWISE_LANES, W + kernel, 1, 1) || !sizes_fit(DEPTHWISE_TASKS, kernel * kernel, C, 1))
        return CK_INVALID_SHAPE;
    p.P = (H - 1) / shape->stride_h + 1;
    p.Q = (W - 1) / shape->stride_w + 1;

    // Every block of images has a partial weight gradient. All of them have at most a sixteenth of the size of the
    // input.
    ptrdiff_t taps = kernel * kernel, affordable = N * H * W / (16 * taps);
    ptrdiff_t blocks = max(1, min(affordable, min(N, DEPTHWISE_TASKS)));
    p.images_per_block = blocks_of(N, blocks);
    p.statistics_blocks = blocks_of(N, p.images_per_block);
    ptrdiff_t channels = blocks_of(C, blocks_of(DEPTHWISE_TASKS, p.statistics_blocks));
    p.channels_per_block = round_up(max(channels, min(C, DEPTHWISE_FEWEST_CHANNELS)), DEPTHWISE_LANES);

    p.images_per_group = max(1, min(p.images_per_block, DEPTHWISE_GROUP_PIXELS / (H * W)));
    p.batch_rows = max(1, DEPTHWISE_BATCH_PIXELS / W);
    // The ring needs rows for a batch and the kernel, but not more rows than the group has.
    ptrdiff_t rows = min(p.batch_rows + kernel, p.images_per_group * H);
    p.ring_rows = 1;
    while (p.ring_rows < rows) p.ring_rows *= 2;

    p.scratch_bytes = bytes_of(depthwise_layout_floats(depthwise_layout_for(&p, DEPTHWISE_LANES)));
    p.backward_workspace_bytes = bytes_of(p.statistics_blocks * taps * C);
    *plan = p;
    return CK_OK;
}

// Streaming stores are used only if each vector is one whole cache line.
static int streams(const float *output, ptrdiff_t pixels, ptrdiff_t C) {
    return ck_isa_active() == CK_ISA_AVX512 && worth_streaming(output, pixels * C, C, DEPTHWISE_STREAM_FLOATS);
}

static void run(const ck_exec *exec, depthwise_job *job, ck_task task) {
    const ck_depthwise *p = job->plan;
    job->channel_blocks = blocks_of(p->shape.C, p->channels_per_block);
    ck_parallel(exec, p->statistics_blocks * job->channel_blocks, task, job);
}

void ck_depthwise_forward(const ck_exec *exec, const ck_depthwise *plan, const ck_operand *x, const float *w,
                          const ck_output *y) {
    depthwise_job job = {.plan = plan, .x = *x, .w = w, .y = y->y, .y16 = y->y16, .statistics = y->statistics};
    job.stream = y->y && streams(y->y, plan->shape.N * plan->P * plan->Q, plan->shape.C);
    run(exec, &job, compiled_for(&plan->shape)->forward[ck_isa_active()]);
}

void ck_depthwise_backward(const ck_exec *exec, const ck_depthwise *plan, const ck_operand *x, const float *w,
                           const ck_gradient *dy, const ck_convolution_gradients *g, void *workspace) {
    const ck_depthwise_shape *s = &plan->shape;
    depthwise_job job = {.plan = plan, .x = *x, .w = w, .dy = *dy, .dw = workspace};
    job.dz = g->dz, job.update = g->update, job.dz_sums = g->dz_sums;
    job.stream = g->update == CK_STORE && streams(g->dz, s->N * s->H * s->W, s->C);
    run(exec, &job, compiled_for(s)->backward[ck_isa_active()]);
    ck_reduce_blocks(exec, workspace, plan->statistics_blocks, s->kernel * s->kernel * s->C, CK_STORE, g->dw);
}
