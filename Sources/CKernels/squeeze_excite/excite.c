// Plan and dispatch of the two dense layers, which compute the gates from the means of the channels.
#include "squeeze_excite.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_excite_forward_block)
CK_KERNEL(ck_task_function, ck_excite_backward_block)
CK_KERNEL(ck_task_function, ck_excite_weights_block)

// The sizes of the arrays in the workspace, in floats. Their order is w2t, swish, dh and dlogit (see excite_job).
typedef struct {
    ptrdiff_t weights, hidden, gates;
} excite_layout;

static excite_layout layout_of(ck_images images, ptrdiff_t S) {
    return (excite_layout){round_up(S * images.C, 16), round_up(images.N * S, 16), round_up(images.N * images.C, 16)};
}

ck_status ck_squeeze_excite_plan(ck_squeeze_excite *plan, ck_images images, ptrdiff_t S) {
    if (ck_images_check(images) != CK_OK) return CK_INVALID_SHAPE;
    if (!sizes_fit(S, images.C, 1, 1) || !sizes_fit(images.N, S, 1, 1)) return CK_INVALID_SHAPE;
    const excite_layout l = layout_of(images, S);
    const ptrdiff_t bytes = bytes_of(l.weights + 2 * l.hidden + l.gates);
    *plan = (ck_squeeze_excite){images, S, bytes, ck_image_blocks(images)};
    return CK_OK;
}

static excite_job job_in(const ck_squeeze_excite *plan, const ck_excite_weights *weights, const float *pooled,
                         float *workspace) {
    const excite_layout l = layout_of(plan->images, plan->S);
    excite_job k = {.N = plan->images.N, .C = plan->images.C, .S = plan->S, .weights = *weights, .pooled = pooled};
    k.w2t = workspace;
    k.swish = k.w2t + l.weights;
    k.dh = k.swish + l.hidden;
    k.dlogit = k.dh + l.hidden;
    return k;
}

static void transpose_block(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const excite_job *k = context;
    ptrdiff_t first = block * EXCITE_CHANNELS;
    ptrdiff_t end = min(k->C, first + EXCITE_CHANNELS);
    for (ptrdiff_t s = 0; s < k->S; s++)
        for (ptrdiff_t c = first; c < end; c++) k->w2t[s * k->C + c] = k->weights.w2[c * k->S + s];
}

void ck_excite_forward(const ck_exec *exec, const ck_squeeze_excite *plan, const ck_excite_weights *weights,
                       const float *pooled, float *h, float *gate, void *workspace) {
    excite_job k = job_in(plan, weights, pooled, workspace);
    k.h = h;
    k.gate = gate;
    ck_parallel(exec, blocks_of(k.C, EXCITE_CHANNELS), transpose_block, &k);
    ck_parallel(exec, blocks_of(k.N, EXCITE_IMAGES), CK_ACTIVE(ck_excite_forward_block), &k);
}

void ck_excite_backward(const ck_exec *exec, const ck_squeeze_excite *plan, const ck_excite_weights *weights,
                        const ck_excite_kept *kept, const float *dgate, const ck_excite_gradients *gradients,
                        void *workspace) {
    excite_job k = job_in(plan, weights, kept->pooled, workspace);
    k.h = (float *)kept->h; // the backward pass does not write h and gate
    k.gate = (float *)kept->gate;
    k.dgate = dgate;
    k.gradients = *gradients;
    const ptrdiff_t channel_blocks = blocks_of(k.C, EXCITE_CHANNELS);
    ck_parallel(exec, channel_blocks, transpose_block, &k);
    ck_parallel(exec, blocks_of(k.N, EXCITE_IMAGES), CK_ACTIVE(ck_excite_backward_block), &k);
    ck_parallel(exec, channel_blocks, CK_ACTIVE(ck_excite_weights_block), &k);
}
