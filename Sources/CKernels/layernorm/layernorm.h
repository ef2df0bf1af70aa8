// What the blocks of the row-wise operations share.
#include "../base/blocking.h"
#include "ck_layernorm.h"

typedef struct {
    ck_layernorm plan;   // a copy: loops ask for its activation
    ptrdiff_t per_block; // rows of a block; the last may have fewer
    const float *x, *gamma, *beta;
    float *y, *mean, *inv_std; // outputs of forward, inputs of backward
    const float *dy;
    float *dx;
    ck_update update;      // of dx
    float *dgamma, *dbeta; // partial sums (blocks, D) of backward
} layernorm_job;

typedef struct {
    ptrdiff_t M, D, per_block;
    const float *x, *dy;
    float *y, *inv_norm, *dx;
    ck_update update; // of dx
} ck_l2_rows;

typedef struct {
    ptrdiff_t count;
    const float *x, *y, *dy;
    float *out;
} ck_tanh_span;
