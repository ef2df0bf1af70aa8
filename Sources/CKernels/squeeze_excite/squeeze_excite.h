// The contexts of the tasks of squeeze-and-excitation.
#include "../norm/images.h"
#include "ck_squeeze_excite.h"

// The context of the passes over the feature map (N, R, C).
typedef struct {
    ck_images images;
    const ck_operand *x;
    const float *da;      // used by ck_gate_backward
    float *out;           // pooled or dgate (N, C)
    const float *dpooled; // (N, C)
    float *dz, *sums;
} squeeze_job;

// The context of the two dense layers.
typedef struct {
    ptrdiff_t N, C, S;
    ck_excite_weights weights;
    const float *pooled;
    float *h, *gate; // outputs of the forward pass, inputs of the backward pass
    const float *dgate;
    ck_excite_gradients gradients;
    // The following arrays are in the workspace.
    float *w2t;    // (S, C): the transpose of w2, so that the vectors of both layers run along the channels
    float *swish;  // (N, S): swish(h)
    float *dh;     // (N, S)
    float *dlogit; // (N, C): the gradient of the argument of the sigmoid
} excite_job;
