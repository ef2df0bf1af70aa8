// How a kernel reads what another kernel wrote.
//
// A convolution writes its *raw* output once. Whoever reads it next applies batch normalisation, activation and gate on
// the way in, and in the backward pass turns the gradient of the normalised value into the gradient of the raw one:
// nothing that can be recomputed is stored.
#ifndef CK_OPERAND_H
#define CK_OPERAND_H
#include <stddef.h>

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
} ck_gradient;
#endif
