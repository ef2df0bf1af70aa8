// How a kernel reads what another kernel wrote.
//
// A convolution writes its *raw* output once. Whoever reads it next applies batch normalisation, activation and gate on
// the way in, and in the backward pass turns the gradient of the normalised value into the gradient of the raw one:
// nothing that can be recomputed is stored.
#ifndef CK_OPERAND_H
#define CK_OPERAND_H
#include <stddef.h>
#include <stdint.h>

// A raw output may be kept as bfloat16, the upper half of a float, rounded to the nearest, to even between two: half
// the memory and traffic. Sums, products and everything else stay float. Where a pair of pointers x and x16 (y and y16,
// raw and raw16) is given, one of the two is NULL. Dense k×k convolutions, window maxima and residual sums read floats
// alone.
typedef uint16_t ck_bf16;

typedef enum ck_activation { CK_IDENTITY = 0, CK_SWISH, CK_RELU } ck_activation;

// The value read at (m, c), with image(m) = m / rows_per_image:
//     z = scale[c]·x(m, c) + shift[c]          (z = x where scale is NULL)
//     a = activation(z) · gate(image(m), c)    (gate 1 where it is NULL)
typedef struct ck_operand {
    const float *x;     // (M, C), raw
    const float *scale; // (C) or NULL, together with shift
    const float *shift; // (C) or NULL
    const float *gate;  // (images, C) or NULL
    ck_activation activation;
    const ck_bf16 *x16; // in place of x
} ck_operand;

// The gradient of the raw output, formed while it is read:
//     draw(m, c) = a[c] · dz(m, c) · image_scale[image(m)] + b[c]·raw(m, c) + c[c]
// a, b, c come from ck_batchnorm_backward. a NULL: draw = dz·image_scale, raw, b and c are not read.
typedef struct ck_gradient {
    const float *dz;  // (M, C), gradient of the normalised value z
    const float *raw; // (M, C), the raw output that was normalised
    const float *a;
    const float *b;
    const float *c;
    const float *image_scale; // (images) or NULL: 1 (drop-connect)
    const ck_bf16 *raw16;     // in place of raw
} ck_gradient;
#endif
