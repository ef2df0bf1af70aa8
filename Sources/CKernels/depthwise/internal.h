// What the dispatcher and the instruction sets share.
#ifndef CK_DEPTHWISE_INTERNAL_H
#define CK_DEPTHWISE_INTERNAL_H
#include "ck_depthwise.h"

// The context of every task. Task t works on image block t / channel_blocks and channel block t % channel_blocks.
typedef struct {
    const ck_depthwise *plan;
    ptrdiff_t channel_blocks;
    ck_operand x;
    const float *w;
    int stream;   // the output is written past the caches, in whole lines
    float *y;     // forward
    ck_bf16 *y16; // in place of y
    float *statistics;
    ck_gradient dy;           // backward
    float *dz, *dz_sums, *dw; // dw: (statistics_blocks, k, k, C) partials
    ck_update update;         // of dz
} depthwise_job;

enum {
    DEPTHWISE_LANES = 16, // floats of the widest vector: scratch is laid out for it
    DEPTHWISE_AHEAD = 24, // pixels between reading and prefetching
};
#endif
