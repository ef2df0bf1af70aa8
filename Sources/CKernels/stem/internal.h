// Declarations that the dispatcher and the kernels share.
#ifndef CK_STEM_INTERNAL_H
#define CK_STEM_INTERNAL_H
#include "ck_stem.h"

// The context of every task. A task is one block of images.
typedef struct {
    const ck_stem *plan;
    const float *x, *w;
    float *y;     // output of the forward pass
    ck_bf16 *y16; // instead of y
    float *statistics;
    int stream;     // 1: y is written with streaming stores
    ck_gradient dy; // this and dw: backward pass
    float *dw;      // the partial dw (statistics_blocks, 3, 3, C, O)
} stem_job;
#endif
