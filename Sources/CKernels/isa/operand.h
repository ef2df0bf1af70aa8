// Functions that read vectors of an operand and of a gradient (ck_operand.h): load raw values (float or bfloat16),
// normalize, activate, gate; and compute the gradient of a raw output. The loops of all families use these functions.
//
// Loops pass compile-time constants for `is_bf16`, `activation` and similar parameters, so that their bodies contain no
// branches. An instruction set with bfloat16 products would need one more function here.
#ifndef CK_ISA_OPERAND_H
#define CK_ISA_OPERAND_H
#include "ck_operand.h"
#include "spans.h"
#include <string.h>

// ---- Raw values

typedef struct {
    const float *x;
    const ck_bf16 *x16;
} raw_values;

CK_INLINE raw_values raw_of(const ck_operand *o) { return (raw_values){o->x, o->x16}; }
CK_INLINE raw_values raw_of_gradient(const ck_gradient *g) { return (raw_values){g->raw, g->raw16}; }

// Loads `lanes` values from element `at` on.
CK_INLINE vf load_raw(raw_values x, ptrdiff_t at, ptrdiff_t lanes, const int is_bf16) {
    if (is_bf16) return lanes == VW ? v_load_bf16(x.x16 + at) : v_load_bf16_tail(x.x16 + at, lanes);
    return load_n(x.x + at, lanes);
}

// Loads the single value at element `at`.
CK_INLINE float raw_at(raw_values x, ptrdiff_t at, const int is_bf16) {
    if (!is_bf16) return x.x[at];
    uint32_t bits = (uint32_t)x.x16[at] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CK_INLINE void store_bf16(ck_bf16 *p, ptrdiff_t lanes, vf v) {
    if (lanes == VW) v_store_bf16(p, v);
    else
        v_store_bf16_tail(p, lanes, v);
}

// Prefetches the cache line of element `at`, which may be outside the tensor. A prefetch never causes a fault, but C
// does not allow pointers outside the tensor. Therefore the address is computed as an integer.
CK_INLINE void prefetch_raw(raw_values x, ptrdiff_t at, const int is_bf16) {
    uintptr_t base = is_bf16 ? (uintptr_t)x.x16 : (uintptr_t)x.x;
    __builtin_prefetch((const void *)(base + (uintptr_t)at * (is_bf16 ? sizeof *x.x16 : sizeof *x.x)));
}

// Loads n values from element `at` on, and prefetches element at + ahead.
CK_INLINE vf load_raw_ahead(raw_values x, ptrdiff_t at, ptrdiff_t ahead, ptrdiff_t n, const int is_bf16) {
    prefetch_raw(x, at + ahead, is_bf16);
    return load_raw(x, at, n, is_bf16);
}
CK_INLINE vf load_ahead(const float *p, ptrdiff_t ahead, ptrdiff_t n) {
    return load_raw_ahead((raw_values){p, NULL}, 0, ahead, n, 0);
}

// ---- Normalization

// The coefficients of z = scale·x + shift for a vector of channels.
typedef struct {
    vf scale, shift;
} affine;

// The coefficients of channels c ..< c + n.
CK_INLINE affine affine_at(const float *scale, const float *shift, ptrdiff_t c, ptrdiff_t n) {
    return (affine){load_n(scale + c, n), load_n(shift + c, n)};
}
// The same, or the identity if scale is NULL. Loops over channels should not call it, because the compiler would make
// two versions of the loop.
CK_INLINE affine affine_or_identity(const float *scale, const float *shift, ptrdiff_t c, ptrdiff_t n) {
    return scale ? affine_at(scale, shift, c, n) : (affine){v_set1(1.0f), v_zero()};
}
CK_INLINE affine affine_of(const ck_operand *x, ptrdiff_t c, ptrdiff_t n) {
    return affine_or_identity(x->scale, x->shift, c, n);
}

CK_INLINE vf apply(affine k, vf x) { return v_fma(x, k.scale, k.shift); }

// ---- Activation of n vectors at once. For a single vector, each operation would wait for the previous one.

enum { MOST_ABREAST = 8 }; // the largest n

// y[i] := activation(z[i]). s[i] must be σ(z[i]) if the activation is swish; otherwise it is not read.
CK_INLINE void activate_with(ck_activation activation, vf *y, const vf *z, const vf *s, const int n) {
    CK_EACH_OF(n) {
        y[i] = z[i];
        if (activation == CK_SWISH) y[i] = v_mul(z[i], s[i]);
        if (activation == CK_RELU) y[i] = v_max(v_zero(), z[i]); // in this order, a NaN remains a NaN
    }
}

CK_INLINE void activate_all(ck_activation activation, vf *y, const vf *z, const int n) {
    vf s[MOST_ABREAST];
    if (activation == CK_SWISH) v_sigmoids(s, z, n);
    activate_with(activation, y, z, s, n);
}

// y[i] := activation'(z[i])
CK_INLINE void derive_all(ck_activation activation, vf *y, const vf *z, const int n) {
    vf s[MOST_ABREAST];
    const vf one = v_set1(1.0f);
    if (activation == CK_SWISH) v_sigmoids(s, z, n);
    CK_EACH_OF(n) {
        y[i] = one;
        if (activation == CK_SWISH) y[i] = v_mul(s[i], v_fma(z[i], v_sub(one, s[i]), one));
        if (activation == CK_RELU) y[i] = v_select_gt(z[i], v_zero(), one, v_zero());
    }
}

// y[i] := activation(z[i]) and slope[i] := activation'(z[i]). Swish needs one sigmoid for both: if y = z·σ, the slope
// is y·(1 − σ) + σ.
CK_INLINE void activate_and_derive(ck_activation activation, vf *y, vf *slope, const vf *z, const int n) {
    vf s[MOST_ABREAST];
    const vf one = v_set1(1.0f);
    if (activation == CK_SWISH) v_sigmoids(s, z, n);
    activate_with(activation, y, z, s, n);
    CK_EACH_OF(n) {
        slope[i] = one;
        if (activation == CK_SWISH) slope[i] = v_fma(y[i], v_sub(one, s[i]), s[i]);
        if (activation == CK_RELU) slope[i] = v_select_gt(z[i], v_zero(), one, v_zero());
    }
}

CK_INLINE vf activate(ck_activation activation, vf z) {
    vf y;
    activate_all(activation, &y, &z, 1);
    return y;
}
CK_INLINE vf activation_derivative(ck_activation activation, vf z) {
    vf y;
    derive_all(activation, &y, &z, 1);
    return y;
}

// Calls f(…, activation) with the activation as a compile-time constant.
#define WITH_ACTIVATION(activation, f, ...)                                                                            \
    do {                                                                                                               \
        if ((activation) == CK_SWISH) f(__VA_ARGS__, CK_SWISH);                                                        \
        else if ((activation) == CK_RELU)                                                                              \
            f(__VA_ARGS__, CK_RELU);                                                                                   \
        else                                                                                                           \
            f(__VA_ARGS__, CK_IDENTITY);                                                                               \
    } while (0)

// ---- The whole operand

// Reads `count` vectors of `lanes` channels, from channel c on, of the row that begins at element `at`. `gate` points
// to the gates of the image, or is NULL.
CK_INLINE void read_operand(const ck_operand *o, ptrdiff_t at, const float *gate, ptrdiff_t c, ptrdiff_t lanes, vf *a,
                            const int is_affine, ck_activation activation, const int is_bf16, const int count) {
    CK_EACH_OF(count) {
        a[i] = load_raw(raw_of(o), at + c + i * VW, lanes, is_bf16);
        if (is_affine) a[i] = apply(affine_at(o->scale, o->shift, c + i * VW, lanes), a[i]);
    }
    activate_all(activation, a, a, count);
    CK_EACH_OF(count) if (gate) a[i] = v_mul(a[i], load_n(gate + c + i * VW, lanes));
}

// ---- The gradient of a raw output: draw = a·dz·image_scale + b·raw + c

typedef struct {
    vf a, b, c;
} gradient_affine;

// The coefficients of channels c ..< c + lanes; `a` is multiplied by the scale of the image. Without normalization,
// only the scale of the image is left.
CK_INLINE gradient_affine gradient_affine_at(const ck_gradient *g, vf image_scale, ptrdiff_t c, ptrdiff_t lanes,
                                             const int is_normalised) {
    if (!is_normalised) return (gradient_affine){image_scale, v_zero(), v_zero()};
    return (gradient_affine){v_mul(image_scale, load_n(g->a + c, lanes)), load_n(g->b + c, lanes),
                             load_n(g->c + c, lanes)};
}

CK_INLINE vf draw_of(const gradient_affine *k, vf dz, vf raw) { return v_fma(k->a, dz, v_fma(k->b, raw, k->c)); }

// Reads the gradient of channels c ..< c + lanes of the row that begins at element `at`. Here dz is multiplied by
// image_scale first and by `a` afterwards: a loop over channels cannot keep the product image_scale·a in registers.
CK_INLINE vf read_gradient(const ck_gradient *g, ptrdiff_t at, vf image_scale, ptrdiff_t c, ptrdiff_t lanes,
                           const int is_normalised, const int is_bf16) {
    vf d = v_mul(image_scale, load_n(g->dz + at + c, lanes));
    if (!is_normalised) return d;
    vf rest =
        v_fma(load_n(g->b + c, lanes), load_raw(raw_of_gradient(g), at + c, lanes, is_bf16), load_n(g->c + c, lanes));
    return v_fma(load_n(g->a + c, lanes), d, rest);
}
#endif
