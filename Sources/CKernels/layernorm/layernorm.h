// The contexts of the tasks of the row-wise operations.
#include "../base/blocking.h"
#include "ck_layernorm.h"

typedef struct {
    ck_layernorm plan;   // a copy, because the inner loops read its activation
    ptrdiff_t per_block; // rows of a block; the last block may have fewer
    const float *x, *gamma, *beta;
    float *y, *mean, *inv_std; // outputs of the forward pass, inputs of the backward pass
    const float *dy;
    float *dx;
    ck_update update;      // of dx
    float *dgamma, *dbeta; // partial sums (blocks, D) of the backward pass
} layernorm_job;

typedef struct {
    ck_rows rows;
    ptrdiff_t per_block; // rows of a block
    const float *x, *dy;
    float *y, *inv_norm, *dx;
    ck_update update; // of dx
} ck_l2_rows;

typedef struct {
    ptrdiff_t count;
    const float *x, *y, *dy;
    float *out;
} ck_tanh_span;
