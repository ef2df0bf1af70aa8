// The Fourier transform of VW frames at once. Lane l of every vector belongs to frame l. Therefore no data are moved
// between lanes, there are no incomplete vectors, and a frame does not depend on the other frames. Complex numbers are
// pairs of vectors (Re, Im): z is (points, 2, VW).
#ifndef CK_STFT_GENERIC_H
#define CK_STFT_GENERIC_H
#include "fft.h"

typedef struct {
    vf re, im;
} vc;

CK_INLINE vc c_load(const float *z, ptrdiff_t j) { return (vc){v_load(z + 2 * VW * j), v_load(z + 2 * VW * j + VW)}; }
CK_INLINE void c_store(float *z, ptrdiff_t j, vc a) {
    v_store(z + 2 * VW * j, a.re);
    v_store(z + 2 * VW * j + VW, a.im);
}
CK_INLINE vc c_add(vc a, vc b) { return (vc){v_add(a.re, b.re), v_add(a.im, b.im)}; }
CK_INLINE vc c_sub(vc a, vc b) { return (vc){v_sub(a.re, b.re), v_sub(a.im, b.im)}; }
// a − i·b and a + i·b
CK_INLINE vc c_sub_i(vc a, vc b) { return (vc){v_add(a.re, b.im), v_sub(a.im, b.re)}; }
CK_INLINE vc c_add_i(vc a, vc b) { return (vc){v_sub(a.re, b.im), v_add(a.im, b.re)}; }
// a·w, with the same w in every lane
CK_INLINE vc c_turn(vc a, const float *w) {
    vf re = v_set1(w[0]), im = v_set1(w[1]);
    return (vc){v_fnma(a.im, im, v_mul(a.re, re)), v_fma(a.im, re, v_mul(a.re, im))};
}

// (a, b, c, d) := their 4-point transform, in natural order
CK_INLINE void c_butterfly4(vc *a, vc *b, vc *c, vc *d) {
    vc even = c_add(*a, *c), odd = c_add(*b, *d), e = c_sub(*a, *c), o = c_sub(*b, *d);
    *a = c_add(even, odd);
    *b = c_sub_i(e, o);
    *c = c_sub(even, odd);
    *d = c_add_i(e, o);
}

CK_INLINE void fft_leaf4(float *z) {
    vc a = c_load(z, 0), b = c_load(z, 1), c = c_load(z, 2), d = c_load(z, 3);
    c_butterfly4(&a, &b, &c, &d);
    c_store(z, 0, a), c_store(z, 1, b), c_store(z, 2, c), c_store(z, 3, d);
}

// A transform of 8 points: two transforms of 4 points, of the even and of the odd inputs, combined with W_8^k.
CK_INLINE void fft_leaf8(float *z) {
    static const float roots[4][2] = {
        {1, 0}, {0.70710678118654752f, -0.70710678118654752f}, {0, -1}, {-0.70710678118654752f, -0.70710678118654752f}};
    vc e0 = c_load(z, 0), e1 = c_load(z, 2), e2 = c_load(z, 4), e3 = c_load(z, 6);
    vc o0 = c_load(z, 1), o1 = c_load(z, 3), o2 = c_load(z, 5), o3 = c_load(z, 7);
    c_butterfly4(&e0, &e1, &e2, &e3);
    c_butterfly4(&o0, &o1, &o2, &o3);
    o1 = c_turn(o1, roots[1]);
    o3 = c_turn(o3, roots[3]);
    c_store(z, 0, c_add(e0, o0)), c_store(z, 4, c_sub(e0, o0));
    c_store(z, 1, c_add(e1, o1)), c_store(z, 5, c_sub(e1, o1));
    c_store(z, 2, c_sub_i(e2, o2)), c_store(z, 6, c_add_i(e2, o2));
    c_store(z, 3, c_add(e3, o3)), c_store(z, 7, c_sub(e3, o3));
}

// One butterfly of a pass: multiplies three of its outputs by twiddle factors, and stores one output in each quarter.
CK_INLINE void fft_turn_and_store(float *z, ptrdiff_t j, ptrdiff_t quarter, const float *w, vc a, vc b, vc c, vc d) {
    c_butterfly4(&a, &b, &c, &d);
    c_store(z, j, a);
    c_store(z, j + quarter, c_turn(b, w));
    c_store(z, j + 2 * quarter, c_turn(c, w + 2));
    c_store(z, j + 3 * quarter, c_turn(d, w + 4));
}

// The transform of n points, in place and depth first: after two passes, a quarter of a quarter is in the L1 cache and
// remains there. `passes` contains the twiddle factors of this size and of the smaller sizes.
static void fft_quarters(float *z, ptrdiff_t n, const float *passes) {
    if (n == 4) {
        fft_leaf4(z);
    } else if (n == 8) {
        fft_leaf8(z);
    } else {
        ptrdiff_t quarter = n / 4;
        for (ptrdiff_t j = 0; j < quarter; j++)
            fft_turn_and_store(z, j, quarter, passes + 6 * j, c_load(z, j), c_load(z, j + quarter),
                               c_load(z, j + 2 * quarter), c_load(z, j + 3 * quarter));
        for (ptrdiff_t q = 0; q < 4; q++) fft_quarters(z + q * quarter * 2 * VW, quarter, passes + 6 * quarter);
    }
}

// |X(k)| of a real signal from its complex transform Z, for k in 0 … points:
//   E = (Z(k) + Z*(points − k)) / 2,  O = (Z(k) − Z*(points − k)) / 2i
//   X(k) = E + W_N^k·O,  X(points − k) = (E − W_N^k·O)*
CK_INLINE void fft_magnitudes(const ck_fft *fft, const float *z, float *magnitude) {
    vf half = v_set1(0.5f);
    for (ptrdiff_t k = 0; k <= fft->points / 2; k++) {
        ptrdiff_t mirror = fft->points - k;
        vc a = c_load(z, fft->position[k]), b = c_load(z, fft->position[mirror & (fft->points - 1)]);
        vc even = {v_mul(half, v_add(a.re, b.re)), v_mul(half, v_sub(a.im, b.im))};
        vc odd = {v_mul(half, v_add(a.im, b.im)), v_mul(half, v_sub(b.re, a.re))};
        odd = c_turn(odd, fft->unpack + 2 * k);
        vc low = c_add(even, odd), high = c_sub(even, odd);
        v_store(magnitude + VW * k, v_sqrt(v_fma(low.re, low.re, v_mul(low.im, low.im))));
        v_store(magnitude + VW * mirror, v_sqrt(v_fma(high.re, high.re, v_mul(high.im, high.im))));
    }
}
#endif
