// The operand of ck_operand.h in double, one element at a time, for the references.
#ifndef CK_OPERAND_REFERENCE_H
#define CK_OPERAND_REFERENCE_H
#include "ck_operand.h"
#include <math.h>

static inline double reference_sigmoid(double z) { return 1 / (1 + exp(-z)); }

// z at offset `at`, channel c.
static inline double reference_z(const ck_operand *x, ptrdiff_t at, ptrdiff_t c) {
    return x->scale != NULL ? (double)x->scale[c] * x->x[at] + x->shift[c] : x->x[at];
}

// Whether u takes best's place in a maximum: a NaN beats every number, and nothing beats a NaN.
static inline int reference_beats(double u, double best) { return u > best || (isnan(u) && !isnan(best)); }

static inline double reference_activation(ck_activation activation, double z) {
    switch (activation) {
    case CK_SWISH:
        return z * reference_sigmoid(z);
    case CK_RELU:
        return z <= 0 ? 0 : z; // a NaN stays one
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
