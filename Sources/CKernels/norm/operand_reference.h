// The operand of ck_operand.h in double, one element at a time, for the reference implementations.
#ifndef CK_OPERAND_REFERENCE_H
#define CK_OPERAND_REFERENCE_H
#include "ck_operand.h"
#include <math.h>
#include <string.h>

// The value at offset `at` of a raw tensor, which is stored as float (x) or as bfloat16 (x16).
static inline double reference_raw(const float *x, const ck_bf16 *x16, ptrdiff_t at) {
    if (x16 == NULL) return x[at];
    uint32_t bits = (uint32_t)x16[at] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double reference_sigmoid(double z) { return 1 / (1 + exp(-z)); }

// The normalized value z at offset `at`, which belongs to channel c.
static inline double reference_z(const ck_operand *x, ptrdiff_t at, ptrdiff_t c) {
    double raw = reference_raw(x->x, x->x16, at);
    return x->scale != NULL ? x->scale[c] * raw + x->shift[c] : raw;
}

// Returns 1 if u replaces `best` in a maximum: a NaN counts as larger than every number, and nothing replaces a NaN.
static inline int reference_beats(double u, double best) { return u > best || (isnan(u) && !isnan(best)); }

static inline double reference_activation(ck_activation activation, double z) {
    switch (activation) {
    case CK_SWISH:
        return z * reference_sigmoid(z);
    case CK_RELU:
        return z <= 0 ? 0 : z; // a NaN remains a NaN
    default:
        return z;
    }
}

static inline double reference_derivative(ck_activation activation, double z) {
    double s;
    switch (activation) {
    case CK_SWISH:
        s = reference_sigmoid(z);
        return s * (1 + z * (1 - s));
    case CK_RELU:
        return z > 0;
    default:
        return 1;
    }
}
#endif
