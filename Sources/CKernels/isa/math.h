// Elementary functions in the words of the vocabulary; included by every ISA header.

// eˣ: x = n·ln 2 + r, |r| ≤ ln 2 / 2, a degree-6 polynomial in r (coefficients as in Cephes' expf); x clamped to where
// the result is a normal float; NaN stays. Relative error below 2e-7.
CK_INLINE vf v_exp(vf x) {
    x = v_min(v_set1(88.0f), v_max(v_set1(-87.0f), x)); // of a NaN and a number, the second operand is the result
    vf n = v_round(v_mul(x, v_set1(1.44269504088896341f)));
    vf r = v_fnma(n, v_set1(0.693359375f), x);
    r = v_fnma(n, v_set1(-2.12194440e-4f), r);
    vf p = v_set1(1.9875691500e-4f);
    p = v_fma(p, r, v_set1(1.3981999507e-3f));
    p = v_fma(p, r, v_set1(8.3334519073e-3f));
    p = v_fma(p, r, v_set1(4.1665795894e-2f));
    p = v_fma(p, r, v_set1(1.6666665459e-1f));
    p = v_fma(p, r, v_set1(5.0000001201e-1f));
    p = v_fma(p, v_mul(r, r), v_add(r, v_set1(1.0f)));
    return v_scale2(p, n);
}

// s[i] := σ(x[i]) = 1 / (1 + 2ᵗ), t = −x·log₂ e, for a literal n. t is rounded, by adding a number so large that its
// last place is the step, to whole + j/steps; 2ᵗ is a polynomial of the rest times 2^(j/steps) times 2^whole. At most
// 2e-6 relative for |x| ≤ 40; beyond, x is clamped to where 2ᵗ is a normal float. A step is taken for all n at once:
// alone, each waits for the last and the chain of 14, not the arithmetic, sets the pace.
CK_INLINE void v_sigmoids(vf *s, const vf *x, const int n) {
    const vf log2e = v_set1(-1.44269504088896341f), one = v_set1(1.0f);
    vf t[8], whole[8], p[8];
#define CK_EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++)
    CK_EACH t[i] = v_min(v_set1(87.0f), v_max(v_set1(-87.0f), x[i])); // NaN stays, as in v_exp
#ifdef CK_TABLE_OF_16
    // Steps of 1/16: the table is one register, and a cubic is enough for the rest.
    vf sum[8];
    const vf table = v_powers_of_sixteenths(), large = v_set1(0x1.8p19f);
    CK_EACH sum[i] = v_fma(t[i], log2e, large);
    CK_EACH whole[i] = v_sub(sum[i], large);
    CK_EACH t[i] = v_fms(t[i], log2e, whole[i]);
    CK_EACH p[i] = v_fma(v_set1(5.55041087e-2f), t[i], v_set1(2.40226507e-1f));
    CK_EACH p[i] = v_fma(p[i], t[i], v_set1(6.93147181e-1f));
    CK_EACH p[i] = v_fma(p[i], t[i], one);
    CK_EACH p[i] = v_fma(p[i], v_scale2(v_pick(table, sum[i]), whole[i]), one); // v_scale2 rounds whole + j/16 down
#else
    static const float c[5] = {-1.32647271e-3f, 9.67151265e-3f, -5.55073374e-2f, 2.40222421e-1f, -6.93146978e-1f};
    const vf large = v_set1(0x1.8p23f);
    CK_EACH whole[i] = v_sub(v_fma(t[i], log2e, large), large);
    CK_EACH t[i] = v_fnma(t[i], log2e, whole[i]); // minus the rest: odd coefficients change sign
    CK_EACH p[i] = v_fma(v_set1(c[0]), t[i], v_set1(c[1]));
    CK_EACH p[i] = v_fma(p[i], t[i], v_set1(c[2]));
    CK_EACH p[i] = v_fma(p[i], t[i], v_set1(c[3]));
    CK_EACH p[i] = v_fma(p[i], t[i], v_set1(c[4]));
    CK_EACH p[i] = v_fma(p[i], t[i], one);
    CK_EACH p[i] = v_add(v_scale2(p[i], whole[i]), one);
#endif
    CK_EACH s[i] = v_reciprocal(p[i]);
#undef CK_EACH
}

CK_INLINE vf v_sigmoid(vf x) {
    vf s;
    v_sigmoids(&s, &x, 1);
    return s;
}

CK_INLINE vf v_swish(vf x) { return v_mul(x, v_sigmoid(x)); }

// d/dx x·σ(x) = σ·(1 + x·(1 − σ))
CK_INLINE vf v_swish_derivative(vf x) {
    vf s = v_sigmoid(x);
    return v_mul(s, v_fma(x, v_sub(v_set1(1.0f), s), v_set1(1.0f)));
}

// tanh x = 2σ(2x) − 1; absolute error below 2e-7
CK_INLINE vf v_tanh(vf x) { return v_sub(v_mul(v_set1(2.0f), v_sigmoid(v_add(x, x))), v_set1(1.0f)); }

// ln x: x = m·2^n with √½ < m <= √2, r = m − 1, ln m = r − r²/2 + r³·P(r) with P of degree 8 (coefficients as in
// Cephes' logf); x is raised to the smallest normal float, and NaN or infinity give NaN. Error below 2e-7 plus half an
// ulp.
CK_INLINE vf v_log(vf x) {
    vf n, m = v_split2(v_max(x, v_set1(1.17549435e-38f)), &n);
    vf root = v_set1(1.41421356f);
    n = v_select_gt(m, root, v_add(n, v_set1(1.0f)), n);
    m = v_select_gt(m, root, v_mul(m, v_set1(0.5f)), m);
    vf r = v_sub(m, v_set1(1.0f)), square = v_mul(r, r);
    vf p = v_set1(7.0376836292e-2f);
    p = v_fma(p, r, v_set1(-1.1514610310e-1f));
    p = v_fma(p, r, v_set1(1.1676998740e-1f));
    p = v_fma(p, r, v_set1(-1.2420140846e-1f));
    p = v_fma(p, r, v_set1(1.4249322787e-1f));
    p = v_fma(p, r, v_set1(-1.6668057665e-1f));
    p = v_fma(p, r, v_set1(2.0000714765e-1f));
    p = v_fma(p, r, v_set1(-2.4999993993e-1f));
    p = v_fma(p, r, v_set1(3.3333331174e-1f));
    vf tail = v_mul(v_mul(p, r), square);
    tail = v_fma(n, v_set1(-2.12194440e-4f), tail);
    tail = v_fma(square, v_set1(-0.5f), tail);
    tail = v_fma(v_sub(x, x), n, tail); // 0 for a finite x
    return v_fma(n, v_set1(0.693359375f), v_add(r, tail));
}

// The angle of (x, y) in (−π, π], 0 at the origin. With q the smaller of |x| and |y| over the larger, t is q, or, where
// q > tan π/8, (q − 1)/(q + 1), whose angle is π/4 less. atan t = t + t³·P(t²) with P of degree 4 (a least-maximum fit:
// 2e-10), and the octants are put back. Absolute error below 3e-7, of which π as a float has 9e-8; −0 counts as 0. For
// |x|, |y| below 1e38; NaN or infinity give NaN.
CK_INLINE vf v_atan2(vf y, vf x) {
    vf zero = v_zero(), across = v_max(x, v_sub(zero, x)), up = v_max(y, v_sub(zero, y));
    vf large = v_max(across, up), small = v_min(across, up), edge = v_mul(large, v_set1(0.414213562f));
    vf over = v_select_gt(small, edge, v_sub(small, large), small);
    vf under = v_select_gt(small, edge, v_add(small, large), large);
    vf t = v_div(over, v_max(under, v_set1(1.17549435e-38f))), square = v_mul(t, t);
    vf p = v_set1(-5.94789886e-2f);
    p = v_fma(p, square, v_set1(1.05359338e-1f));
    p = v_fma(p, square, v_set1(-1.42344832e-1f));
    p = v_fma(p, square, v_set1(1.9997894e-1f));
    p = v_fma(p, square, v_set1(-3.3333303e-1f));
    p = v_fma(v_mul(p, square), t, t);
    p = v_add(p, v_select_gt(small, edge, v_set1(0.785398163f), zero));
    p = v_select_gt(up, across, v_sub(v_set1(1.57079633f), p), p);
    p = v_select_gt(zero, x, v_sub(v_set1(3.14159265f), p), p);
    p = v_select_gt(zero, y, v_sub(zero, p), p);
    return v_fma(zero, x, v_fma(zero, y, p)); // a maximum of NaN and a number may be the number
}
