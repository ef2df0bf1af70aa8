// The forward and the backward task of depthwise convolution. This header is included after the header of an
// instruction set.
#include <string.h>
#include "../isa/spans.h"
#include "rows.h"
#include "forward.h"
#include "backward.h"

// The widths with their own compiled code. These feature maps are so narrow that a large part of the taps is outside of
// them.
#define CK_BY_WIDTH(images, k, K, R, S)                                                                                \
    switch ((k)->job->plan->shape.W) {                                                                                 \
    case 1:                                                                                                            \
        images(k, K, R, S, 1);                                                                                         \
        break;                                                                                                         \
    case 2:                                                                                                            \
        images(k, K, R, S, 2);                                                                                         \
        break;                                                                                                         \
    case 3:                                                                                                            \
        images(k, K, R, S, 3);                                                                                         \
        break;                                                                                                         \
    case 4:                                                                                                            \
        images(k, K, R, S, 4);                                                                                         \
        break;                                                                                                         \
    case 8:                                                                                                            \
        images(k, K, R, S, 8);                                                                                         \
        break;                                                                                                         \
    default:                                                                                                           \
        images(k, K, R, S, 0);                                                                                         \
    }

// The images and the channels of a task. The outer loop is over groups of images and the inner loop over vectors of
// channels, because neighboring channels are in the same memory pages and in the same pairs of cache lines.
typedef struct {
    ptrdiff_t block, first_image, end_image, first_channel, end_channel;
} task_range;

CK_INLINE task_range range_of(const depthwise_job *job, ptrdiff_t task) {
    const ck_depthwise *p = job->plan;
    ptrdiff_t block = task / job->channel_blocks, image = block * p->images_per_block;
    ptrdiff_t channel = task % job->channel_blocks * p->channels_per_block;
    ptrdiff_t images = min(p->shape.N - image, p->images_per_block);
    ptrdiff_t channels = min(p->shape.C - channel, p->channels_per_block);
    return (task_range){block, image, image + images, channel, channel + channels};
}

// Places the buffers of a slice in the scratch memory of the thread. The ring is set to zeros; its borders remain
// zeros.
CK_INLINE slice slice_in(const depthwise_job *job, float *scratch) {
    const depthwise_layout l = depthwise_layout_for(job->plan, VW);
    memset(scratch, 0, (size_t)l.ring * sizeof(float));
    slice k = {.job = job, .ring = {.rows = scratch, .mask = job->plan->ring_rows - 1}};
    k.value = scratch + l.ring;
    k.slope = k.value + l.batch;
    k.da = k.slope + l.batch;
    k.w = k.da + l.batch;
    k.dw = k.w + l.taps;
    return k;
}

// Sets the images of the group, the channels of the slice, and the element that will be read after them.
CK_INLINE void place(slice *k, const task_range *range, ptrdiff_t image, ptrdiff_t channel) {
    const ck_depthwise *p = k->job->plan;
    const ptrdiff_t left = range->end_image - image;
    k->image = image;
    k->images = min(left, p->images_per_group);
    k->channel = channel;
    k->lanes = min(range->end_channel - channel, VW);
    k->following = -1;
    if (channel + VW < range->end_channel) k->following = image * p->shape.H * p->shape.W * p->shape.C + channel + VW;
    else if (left > k->images)
        k->following = (image + k->images) * p->shape.H * p->shape.W * p->shape.C + range->first_channel;
}

CK_INLINE void forward_task(const depthwise_job *job, ptrdiff_t task, float *scratch, const int K, const int R,
                            const int S) {
    const task_range range = range_of(job, task);
    const ptrdiff_t C = job->plan->shape.C;
    float *statistics = job->statistics ? job->statistics + 3 * range.block * C : NULL;
    slice k = slice_in(job, scratch);
    for (ptrdiff_t image = range.first_image; image < range.end_image; image += job->plan->images_per_group)
        for (ptrdiff_t channel = range.first_channel; channel < range.end_channel; channel += VW) {
            place(&k, &range, image, channel);
            begin_slice(&k, job->w, K);
            k.begins = image == range.first_image;
            if (statistics && !k.begins) k.sums[MOMENT_SHIFT] = load_n(statistics + channel, k.lanes);
            CK_BY_WIDTH(forward_images, &k, K, R, S)
            deposit_moments(&k, statistics);
        }
    if (statistics)
        finish_moments(statistics, C, range.first_channel, range.end_channel,
                       (range.end_image - range.first_image) * job->plan->P * job->plan->Q);
    if (job->stream) stream_fence();
}

CK_INLINE void backward_task(const depthwise_job *job, ptrdiff_t task, float *scratch, const int K, const int R,
                             const int S) {
    const task_range range = range_of(job, task);
    const ptrdiff_t C = job->plan->shape.C;
    slice k = slice_in(job, scratch);
    for (ptrdiff_t image = range.first_image; image < range.end_image; image += job->plan->images_per_group)
        for (ptrdiff_t channel = range.first_channel; channel < range.end_channel; channel += VW) {
            const int first = image == range.first_image;
            place(&k, &range, image, channel);
            begin_slice(&k, job->w, K);
            k.gradient = gradient_affine_at(&job->dy, v_set1(1), channel, k.lanes, job->dy.a != NULL);
            for (int tap = 0; tap < K * K; tap++) v_store(k.dw + tap * VW, v_zero());
            CK_BY_WIDTH(backward_images, &k, K, R, S)
            deposit_sums(&k, job->dz_sums, range.block, first);
            float *dw = job->dw + range.block * K * K * C + channel;
            for (int tap = 0; tap < K * K; tap++) deposit(dw + tap * C, k.lanes, v_load(k.dw + tap * VW), first);
        }
    if (job->stream) stream_fence();
}

#define CK_SHAPE(K, R, S)                                                                                              \
    void CK_NAME(depthwise_forward_##K##_##R##S)(void *job, ptrdiff_t task, void *scratch) {                           \
        forward_task(job, task, scratch, K, R, S);                                                                     \
    }                                                                                                                  \
    void CK_NAME(depthwise_backward_##K##_##R##S)(void *job, ptrdiff_t task, void *scratch) {                          \
        backward_task(job, task, scratch, K, R, S);                                                                    \
    }
#include "shapes.inc"
