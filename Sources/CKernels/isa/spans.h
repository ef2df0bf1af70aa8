#ifndef CK_ISA_SPANS_H
#define CK_ISA_SPANS_H
#include "../base/sizes.h"

#define CK_UNROLL _Pragma("clang loop unroll(full)")
#define CK_EACH_OF(n) CK_UNROLL for (int i = 0; i < (n); i++)

// Streamed stores are seen by other threads only after this.
CK_INLINE void stream_fence(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#endif
}

// Loads and stores of the first n lanes, full where the compiler knows that n is VW; loops over a span of floats.
CK_INLINE vf load_n(const float *p, ptrdiff_t n) { return n == VW ? v_load(p) : v_load_tail(p, n); }
CK_INLINE void store_n(float *p, ptrdiff_t n, vf v) {
    if (n == VW) v_store(p, v);
    else
        v_store_tail(p, n, v);
}
CK_INLINE void add_n(float *p, ptrdiff_t n, vf v) { store_n(p, n, v_add(load_n(p, n), v)); }

// Runs f(i, n, …) for the vectors of 0 ..< count: n is the constant VW, but for the last.
#define FOR_SPAN(count, f, ...)                                                                                        \
    do {                                                                                                               \
        ptrdiff_t span_i = 0;                                                                                          \
        for (; span_i + VW <= (count); span_i += VW) f(span_i, VW, __VA_ARGS__);                                       \
        if (span_i < (count)) f(span_i, (count)-span_i, __VA_ARGS__);                                                  \
    } while (0)

// 0 where x is a number, infinite or not, and NaN where it is NaN: added to what would otherwise lose it.
CK_INLINE vf nan_of(vf x) { return v_mul(v_zero(), v_min(v_set1(1.0f), v_max(v_set1(-1.0f), x))); }
#endif
