// What the blocks of squeeze-and-excitation share.
#include "../norm/images.h"
#include "ck_squeeze_excite.h"

// The passes over (N, R, C).
typedef struct {
    ck_images images;
    const ck_operand *x;
    const float *da;      // gate gradient
    float *out;           // pooled or dgate (N, C)
    const float *dpooled; // (N, C)
    float *dz, *sums;
} squeeze_job;

// The two dense layers over (N, C) and (N, S).
typedef struct {
    ptrdiff_t N, C, S;
    ck_excite_weights weights;
    const float *pooled;
    float *h, *gate; // outputs of forward, inputs of backward
    const float *dgate;
    ck_excite_gradients gradients;
    // workspace
    float *w2t;    // (S, C): w2 transposed, so that both layers run along the channels
    float *swish;  // (N, S): swish(h)
    float *dh;     // (N, S)
    float *dlogit; // (N, C): gradient of the gate's argument
} excite_job;
