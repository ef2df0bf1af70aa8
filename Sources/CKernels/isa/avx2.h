// The vector functions for AVX2 with FMA. On other processors than x86-64, this header is empty.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#define CK_ISA_COMPILED 1
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CK_NAME(f) f##__avx2
#define CK_AVX2 1
#define VW 8
typedef __m256 vf;
#define CK_INLINE static inline __attribute__((always_inline, unused))
CK_INLINE vf v_set1(float x) { return _mm256_set1_ps(x); }
CK_INLINE vf v_zero(void) { return _mm256_setzero_ps(); }
CK_INLINE vf v_load(const float *p) { return _mm256_loadu_ps(p); }
CK_INLINE void v_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
CK_INLINE __m256i v_mask(ptrdiff_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
CK_INLINE vf v_load_tail(const float *p, ptrdiff_t n) { return _mm256_maskload_ps(p, v_mask(n)); }
CK_INLINE void v_store_tail(float *p, ptrdiff_t n, vf v) { _mm256_maskstore_ps(p, v_mask(n), v); }
CK_INLINE void v_stream(float *p, vf v) { _mm256_stream_ps(p, v); }
// Converts bfloat16 to float: a bfloat16 number is the upper half of a float.
CK_INLINE vf v_widen(__m128i halves) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}
CK_INLINE vf v_load_bf16(const uint16_t *p) { return v_widen(_mm_loadu_si128((const __m128i *)p)); }
CK_INLINE vf v_load_bf16_tail(const uint16_t *p, ptrdiff_t n) {
    uint16_t lanes[VW] = {0};
    memcpy(lanes, p, (size_t)n * sizeof *p);
    return v_load_bf16(lanes);
}
// Converts float to bfloat16, rounded to nearest even. A NaN remains a NaN.
CK_INLINE __m128i v_halves(vf v) {
    __m256i bits = _mm256_castps_si256(v), odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    __m256 quiet = _mm256_castsi256_ps(_mm256_or_si256(bits, _mm256_set1_epi32(0x400000)));
    vf kept = _mm256_blendv_ps(_mm256_castsi256_ps(rounded), quiet, _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    __m256i upper = _mm256_srli_epi32(_mm256_castps_si256(kept), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(upper), _mm256_extracti128_si256(upper, 1));
}
CK_INLINE void v_store_bf16(uint16_t *p, vf v) { _mm_storeu_si128((__m128i *)p, v_halves(v)); }
CK_INLINE void v_store_bf16_tail(uint16_t *p, ptrdiff_t n, vf v) {
    uint16_t lanes[VW];
    v_store_bf16(lanes, v);
    memcpy(p, lanes, (size_t)n * sizeof *p);
}
CK_INLINE vf v_add(vf a, vf b) { return _mm256_add_ps(a, b); }
CK_INLINE vf v_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
CK_INLINE vf v_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
CK_INLINE vf v_div(vf a, vf b) { return _mm256_div_ps(a, b); }
CK_INLINE vf v_max(vf a, vf b) { return _mm256_max_ps(a, b); }
CK_INLINE vf v_min(vf a, vf b) { return _mm256_min_ps(a, b); }
CK_INLINE vf v_sqrt(vf a) { return _mm256_sqrt_ps(a); }
CK_INLINE vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
CK_INLINE vf v_fnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
CK_INLINE float v_sum(vf a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
CK_INLINE float v_max_across(vf a) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
CK_INLINE vf v_select_gt(vf a, vf b, vf x, vf y) { return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_GT_OQ)); }
CK_INLINE vf v_select_beats(vf a, vf b, vf x, vf y) {
    vf beats = _mm256_and_ps(_mm256_cmp_ps(b, b, _CMP_ORD_Q), _mm256_cmp_ps(a, b, _CMP_NLE_UQ));
    return _mm256_blendv_ps(y, x, beats);
}
CK_INLINE vf v_round(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
CK_INLINE vf v_scale2(vf a, vf n) {
    __m256i e = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(a, _mm256_castsi256_ps(e));
}
// a = m·2^n with 1 <= m < 2, for a normal a > 0
CK_INLINE vf v_split2(vf a, vf *n) {
    __m256i bits = _mm256_castps_si256(a);
    *n = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)));
    return _mm256_castsi256_ps(
        _mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x7fffff)), _mm256_set1_epi32(0x3f800000)));
}
CK_INLINE vf v_reciprocal(vf a) { return _mm256_div_ps(_mm256_set1_ps(1.0f), a); }
#include "math.h"
#else
#define CK_ISA_COMPILED 0
#endif
