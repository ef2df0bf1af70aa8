#ifndef CK_ISA_SPANS_H
#define CK_ISA_SPANS_H
#include "../base/sizes.h"

#define CK_UNROLL _Pragma("clang loop unroll(full)")
#define CK_EACH_OF(n) CK_UNROLL for (int i = 0; i < (n); i++)

// Makes the streaming stores of the calling thread visible to other threads.
CK_INLINE void stream_fence(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#endif
}

// Loads and stores of the first n lanes. If n is the compile-time constant VW, they are full vector loads and stores.
CK_INLINE vf load_n(const float *p, ptrdiff_t n) { return n == VW ? v_load(p) : v_load_tail(p, n); }
CK_INLINE void store_n(float *p, ptrdiff_t n, vf v) {
    if (n == VW) v_store(p, v);
    else
        v_store_tail(p, n, v);
}
CK_INLINE void add_n(float *p, ptrdiff_t n, vf v) { store_n(p, n, v_add(load_n(p, n), v)); }

// Calls f(i, n, …) for the vectors i ..< i + n of 0 ..< count. n is the constant VW, except for an incomplete last
// vector.
#define FOR_SPAN(count, f, ...)                                                                                        \
    do {                                                                                                               \
        ptrdiff_t span_i = 0;                                                                                          \
        for (; span_i + VW <= (count); span_i += VW) f(span_i, VW, __VA_ARGS__);                                       \
        if (span_i < (count)) f(span_i, (count)-span_i, __VA_ARGS__);                                                  \
    } while (0)

// NaN if x is NaN, and 0 if x is a number, also an infinite one. It is added to results that would otherwise lose a
// NaN.
CK_INLINE vf nan_of(vf x) { return v_mul(v_zero(), v_min(v_set1(1.0f), v_max(v_set1(-1.0f), x))); }
#endif
