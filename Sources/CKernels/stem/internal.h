// What the dispatcher and the instruction sets share.
#ifndef CK_STEM_INTERNAL_H
#define CK_STEM_INTERNAL_H
#include "ck_stem.h"

// The context of every task: one block of images.
typedef struct {
    const ck_stem *plan;
    const float *x, *w;
    float *y;     // forward
    ck_bf16 *y16; // in place of y
    float *statistics;
    int stream;     // y is written past the caches, in whole lines
    ck_gradient dy; // backward
    float *dw;      // (statistics_blocks, 3, 3, C, O) partials
} stem_job;
#endif
