// Declarations that the dispatcher and the kernels share.
#ifndef CK_DEPTHWISE_INTERNAL_H
#define CK_DEPTHWISE_INTERNAL_H
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "ck_depthwise.h"

// The context of every task. Task t works on image block t / channel_blocks and channel block t % channel_blocks.
typedef struct {
    const ck_depthwise *plan;
    ptrdiff_t channel_blocks;
    ck_operand x;
    const float *w;
    int stream;   // 1: the output is written with streaming stores
    float *y;     // output of the forward pass
    ck_bf16 *y16; // instead of y
    float *statistics;
    ck_gradient dy;           // this and the following: backward pass
    float *dz, *dz_sums, *dw; // dw: the partial dw (statistics_blocks, k, k, C)
    ck_update update;         // of dz
} depthwise_job;

enum { DEPTHWISE_LANES = 16 }; // floats of the widest vector

// The sizes of the buffers in the scratch memory of a thread, in floats, for vectors of `lanes` lanes. The plan uses
// the widest vector.
typedef struct {
    ptrdiff_t ring;  // (ring_rows, W + kernel − 1, lanes)
    ptrdiff_t batch; // (batch_rows, W, lanes), for each of value, slope and da
    ptrdiff_t taps;  // (kernel, kernel, lanes), for each of w and dw
} depthwise_layout;

static inline depthwise_layout depthwise_layout_for(const ck_depthwise *p, ptrdiff_t lanes) {
    const ptrdiff_t W = p->shape.W, kernel = p->shape.kernel;
    return (depthwise_layout){p->ring_rows * (W + kernel - 1) * lanes, p->batch_rows * W * lanes,
                              kernel * kernel * lanes};
}
static inline ptrdiff_t depthwise_layout_floats(depthwise_layout l) { return l.ring + 3 * l.batch + 2 * l.taps; }
#endif
