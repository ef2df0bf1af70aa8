// The vector functions for AVX-512 (F, DQ, BW, VL). On other processors than x86-64, this header is empty.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#define CK_ISA_COMPILED 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c"))),              \
                             apply_to = function)
#define CK_NAME(f) f##__avx512
#define CK_AVX512 1
#define VW 16
typedef __m512 vf;
#define CK_INLINE static inline __attribute__((always_inline, unused))
CK_INLINE vf v_set1(float x) { return _mm512_set1_ps(x); }
CK_INLINE vf v_zero(void) { return _mm512_setzero_ps(); }
CK_INLINE vf v_load(const float *p) { return _mm512_loadu_ps(p); }
CK_INLINE void v_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
CK_INLINE __mmask16 v_mask(ptrdiff_t n) { return (__mmask16)((1u << n) - 1u); }
CK_INLINE vf v_load_tail(const float *p, ptrdiff_t n) { return _mm512_maskz_loadu_ps(v_mask(n), p); }
CK_INLINE void v_store_tail(float *p, ptrdiff_t n, vf v) { _mm512_mask_storeu_ps(p, v_mask(n), v); }
CK_INLINE void v_stream(float *p, vf v) { _mm512_stream_ps(p, v); }
// Converts bfloat16 to float: a bfloat16 number is the upper half of a float.
CK_INLINE vf v_widen(__m256i halves) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}
CK_INLINE vf v_load_bf16(const uint16_t *p) { return v_widen(_mm256_loadu_si256((const __m256i *)p)); }
CK_INLINE vf v_load_bf16_tail(const uint16_t *p, ptrdiff_t n) {
    return v_widen(_mm256_maskz_loadu_epi16(v_mask(n), p));
}
// Converts float to bfloat16, rounded to nearest even. A NaN remains a NaN.
CK_INLINE __m256i v_halves(vf v) {
    __m512i bits = _mm512_castps_si512(v), odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    rounded = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
}
CK_INLINE void v_store_bf16(uint16_t *p, vf v) { _mm256_storeu_si256((__m256i *)p, v_halves(v)); }
CK_INLINE void v_store_bf16_tail(uint16_t *p, ptrdiff_t n, vf v) {
    _mm256_mask_storeu_epi16(p, v_mask(n), v_halves(v));
}
CK_INLINE vf v_add(vf a, vf b) { return _mm512_add_ps(a, b); }
CK_INLINE vf v_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
CK_INLINE vf v_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
CK_INLINE vf v_div(vf a, vf b) { return _mm512_div_ps(a, b); }
CK_INLINE vf v_max(vf a, vf b) { return _mm512_max_ps(a, b); }
CK_INLINE vf v_min(vf a, vf b) { return _mm512_min_ps(a, b); }
CK_INLINE vf v_sqrt(vf a) { return _mm512_sqrt_ps(a); }
CK_INLINE vf v_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
CK_INLINE vf v_fnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }
CK_INLINE float v_sum(vf a) { return _mm512_reduce_add_ps(a); }
CK_INLINE float v_max_across(vf a) { return _mm512_reduce_max_ps(a); }
CK_INLINE vf v_select_gt(vf a, vf b, vf x, vf y) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), y, x);
}
CK_INLINE vf v_select_beats(vf a, vf b, vf x, vf y) {
    __mmask16 numbers = _mm512_cmp_ps_mask(b, b, _CMP_ORD_Q);
    return _mm512_mask_blend_ps(_mm512_mask_cmp_ps_mask(numbers, a, b, _CMP_NLE_UQ), y, x);
}
CK_INLINE vf v_round(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// a·2^⌊n⌋
CK_INLINE vf v_scale2(vf a, vf n) { return _mm512_scalef_ps(a, n); }
CK_INLINE vf v_fms(vf a, vf b, vf c) { return _mm512_fmsub_ps(a, b, c); }
// The table 2^(j/16) for j = 0 … 15. v_pick returns the entries whose numbers are the last four bits of `index`.
#define CK_TABLE_OF_16 1
CK_INLINE vf v_powers_of_sixteenths(void) {
    return _mm512_setr_ps(1.0f, 1.04427378f, 1.09050773f, 1.13878863f, 1.18920712f, 1.24185781f, 1.29683955f,
                          1.35425555f, 1.41421356f, 1.47682615f, 1.54221083f, 1.61049033f, 1.68179283f, 1.75625216f,
                          1.83400809f, 1.91520656f);
}
CK_INLINE vf v_pick(vf table, vf index) { return _mm512_permutexvar_ps(_mm512_castps_si512(index), table); }
// a = m·2^n with 1 <= m < 2, for a normal a > 0. A NaN remains a NaN.
CK_INLINE vf v_split2(vf a, vf *n) {
    *n = _mm512_getexp_ps(a);
    return _mm512_getmant_ps(a, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
}
// 1/a for a normal a, with an error of at most 2 ulp: one Newton step from the 14-bit estimate. The result for infinity
// is NaN.
CK_INLINE vf v_reciprocal(vf a) {
    vf r = _mm512_rcp14_ps(a);
    return _mm512_fmadd_ps(r, _mm512_fnmadd_ps(a, r, _mm512_set1_ps(1.0f)), r);
}
#include "math.h"
#else
#define CK_ISA_COMPILED 0
#endif
