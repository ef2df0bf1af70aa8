// The operand: how a kernel reads the output of another kernel.
//
// A convolution writes its *raw* output once, that is, the output before batch normalization. The next kernel applies
// batch normalization, activation and gate while it reads the raw output. In the backward pass, a kernel converts the
// gradient of the normalized value into the gradient of the raw value while it reads it. Thus no value is stored that
// can be computed again.
#ifndef CK_OPERAND_H
#define CK_OPERAND_H
#include "ck_base.h"
#include <stddef.h>
#include <stdint.h>

// A bfloat16 number: the upper 16 bits of a float, rounded to nearest even. A raw output can be stored as bfloat16,
// which halves its memory and the memory traffic. All computations use float. Of each pair of pointers x and x16 (y and
// y16, raw and raw16), one is NULL. Dense k×k convolutions read and write float only; max pooling (ck_maxpool.h) and
// the sums of ck_residual.h read float only.
typedef uint16_t ck_bf16;

typedef enum ck_activation { CK_IDENTITY = 0, CK_SWISH, CK_RELU } ck_activation;

// An input tensor with its normalization, activation and gate. The value a that is read at row m and channel c is, with
// image(m) = m / rows_per_image:
//     z = scale[c]·x(m, c) + shift[c]          (z = x if scale is NULL)
//     a = activation(z) · gate(image(m), c)    (the gate is 1 if it is NULL)
typedef struct ck_operand {
    const float *x;     // (M, C), raw
    const float *scale; // (C), or NULL together with shift
    const float *shift; // (C) or NULL
    const float *gate;  // (images, C) or NULL
    ck_activation activation;
    const ck_bf16 *x16; // instead of x
} ck_operand;

// The outputs of the backward pass of a k×k or depthwise convolution: the gradient of the normalized input (N, H, W, C)
// and its partial sums, which may be NULL, and the gradient of the weights, which is overwritten.
typedef struct ck_convolution_gradients {
    float *dz;
    ck_update update; // of dz
    float *dz_sums, *dw;
} ck_convolution_gradients;

// The raw output of a convolution, and its statistics (see ck_norm.h), which may be NULL. The statistics are those of y
// before it is rounded to bfloat16.
typedef struct ck_output {
    float *y;
    ck_bf16 *y16; // instead of y
    float *statistics;
} ck_output;

// The gradient of a raw output. Kernels compute it while they read it:
//     draw(m, c) = a[c] · dz(m, c) · image_scale[image(m)] + b[c]·raw(m, c) + c[c]
// a, b and c come from ck_batchnorm_backward. If a is NULL, draw = dz·image_scale, and raw, b and c are not read.
typedef struct ck_gradient {
    const float *dz;  // (M, C), gradient of the normalized value z
    const float *raw; // (M, C), the raw output that was normalized
    const float *a;
    const float *b;
    const float *c;
    const float *image_scale; // (images), the scales of drop-connect; NULL means 1
    const ck_bf16 *raw16;     // instead of raw
} ck_gradient;
#endif
