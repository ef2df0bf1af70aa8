// The vector functions for any CPU, with the vector extension of clang, which compiles to SSE2, NEON or scalar code.
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#define CK_ISA_COMPILED 1
// No CPU feature has to be enabled here, but end.h pops an attribute for every instruction set.
#pragma clang attribute push
#define CK_NAME(f) f##__portable
#define VW 4 // the width of SSE2 and NEON registers
typedef float vf __attribute__((vector_size(16), aligned(4)));
typedef int vi __attribute__((vector_size(16), aligned(4)));
typedef unsigned vu __attribute__((vector_size(16), aligned(4)));
#define CK_INLINE static inline __attribute__((always_inline, unused))
CK_INLINE vf v_set1(float x) { return (vf){x, x, x, x}; }
CK_INLINE vf v_zero(void) { return v_set1(0); }
CK_INLINE vf v_load(const float *p) {
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}
CK_INLINE void v_store(float *p, vf v) { memcpy(p, &v, sizeof v); }
CK_INLINE vf v_load_tail(const float *p, ptrdiff_t n) {
    float lanes[VW] = {0};
    memcpy(lanes, p, (size_t)n * sizeof(float));
    return v_load(lanes);
}
CK_INLINE void v_store_tail(float *p, ptrdiff_t n, vf v) { memcpy(p, &v, (size_t)n * sizeof(float)); }
CK_INLINE void v_stream(float *p, vf v) { v_store(p, v); }
// Converts bfloat16 to float: a bfloat16 number is the upper half of a float.
CK_INLINE vf v_load_bf16_tail(const uint16_t *p, ptrdiff_t n) {
    vi bits = {0};
    for (ptrdiff_t i = 0; i < n; i++) bits[i] = (int)((uint32_t)p[i] << 16);
    return (vf)bits;
}
CK_INLINE vf v_load_bf16(const uint16_t *p) { return v_load_bf16_tail(p, VW); }
// Converts float to bfloat16, rounded to nearest even. A NaN remains a NaN.
CK_INLINE void v_store_bf16_tail(uint16_t *p, ptrdiff_t n, vf v) {
    vu bits = (vu)v, odd = (bits >> 16) & 1, nan = (vu)(v != v);
    vu kept = ((bits + odd + 0x7fff) & ~nan) | ((bits | 0x400000) & nan);
    for (ptrdiff_t i = 0; i < n; i++) p[i] = (uint16_t)(kept[i] >> 16);
}
CK_INLINE void v_store_bf16(uint16_t *p, vf v) { v_store_bf16_tail(p, VW, v); }
CK_INLINE vf v_add(vf a, vf b) { return a + b; }
CK_INLINE vf v_sub(vf a, vf b) { return a - b; }
CK_INLINE vf v_mul(vf a, vf b) { return a * b; }
CK_INLINE vf v_div(vf a, vf b) { return a / b; }
CK_INLINE vf v_blend(vi mask, vf x, vf y) { return (vf)(((vi)x & mask) | ((vi)y & ~mask)); }
CK_INLINE vf v_max(vf a, vf b) { return v_blend((vi)(a > b), a, b); }
CK_INLINE vf v_min(vf a, vf b) { return v_blend((vi)(a < b), a, b); }
CK_INLINE vf v_sqrt(vf a) { return __builtin_elementwise_sqrt(a); }
// Not fused: on a CPU without this instruction, fmaf would be a function call for each lane.
CK_INLINE vf v_fma(vf a, vf b, vf c) { return a * b + c; }
CK_INLINE vf v_fnma(vf a, vf b, vf c) { return c - a * b; }
CK_INLINE float v_sum(vf a) { return (a[0] + a[2]) + (a[1] + a[3]); }
CK_INLINE float v_max_across(vf a) {
    float m = a[0];
    for (int i = 1; i < VW; i++) m = a[i] > m ? a[i] : m;
    return m;
}
CK_INLINE vf v_select_gt(vf a, vf b, vf x, vf y) { return v_blend((vi)(a > b), x, y); }
CK_INLINE vf v_select_beats(vf a, vf b, vf x, vf y) { return v_blend(~(vi)(a <= b) & (vi)(b == b), x, y); }
// Rounds to the nearest integer, for |a| < 2^22: the addition of 1.5·2^23 removes the fraction bits.
CK_INLINE vf v_round(vf a) { return (a + 12582912.0f) - 12582912.0f; }
CK_INLINE vf v_scale2(vf a, vf n) {
    vf whole = v_blend((vi)(n == n), n, v_zero()); // a NaN cannot be converted to an integer; a is NaN too
    return a * (vf)((__builtin_convertvector(whole, vi) + 127) << 23);
}
// a = m·2^n with 1 <= m < 2, for a normal a > 0
CK_INLINE vf v_split2(vf a, vf *n) {
    vi bits = (vi)a;
    *n = __builtin_convertvector((bits >> 23) - 127, vf);
    return (vf)((bits & 0x7fffff) | 0x3f800000);
}
CK_INLINE vf v_reciprocal(vf a) { return 1.0f / a; }
#include "math.h"
