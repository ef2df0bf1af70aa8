// Elementary functions, written with the vector functions. The header of every instruction set includes this header.

// eˣ. With x = n·ln 2 + r and |r| ≤ ln 2 / 2, eʳ is a polynomial of degree 6 (the coefficients are those of expf in
// Cephes). x is limited to the range in which the result is a normal float. A NaN remains a NaN. The relative error is
// below 2e-7.
CK_INLINE vf v_exp(vf x) {
    // v_max and v_min return their second operand if one operand is a NaN. Therefore x has to be the second operand.
    x = v_min(v_set1(88.0f), v_max(v_set1(-87.0f), x));
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

// s[i] := σ(x[i]) = 1 / (1 + 2ᵗ) with t = −x·log₂ e, for n vectors, where n is a literal ≤ 8. t is rounded to
// whole + j/steps, by adding a number that is so large that the last bit of the sum has the value 1/steps. 2ᵗ is then a
// polynomial of the remainder, times 2^(j/steps), times 2^whole. The relative error is at most 2e-6 for |x| ≤ 40. x is
// limited to the range in which 2ᵗ is a normal float. Each operation is done for all n vectors before the next one:
// for a single vector, each of the 14 operations would wait for the result of the previous one.
CK_INLINE void v_sigmoids(vf *s, const vf *x, const int n) {
    const vf log2e = v_set1(-1.44269504088896341f), one = v_set1(1.0f);
    vf t[8], whole[8], p[8];
#define CK_EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++)
    CK_EACH t[i] = v_min(v_set1(87.0f), v_max(v_set1(-87.0f), x[i])); // a NaN remains a NaN, as in v_exp
#ifdef CK_TABLE_OF_16
    // With steps of 1/16, the table fits into one register, and a polynomial of degree 3 is accurate enough.
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
    CK_EACH t[i] = v_fnma(t[i], log2e, whole[i]); // the negated remainder, so odd coefficients have the opposite sign
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

// tanh x = 2σ(2x) − 1. The absolute error is below 2e-7.
CK_INLINE vf v_tanh(vf x) { return v_sub(v_mul(v_set1(2.0f), v_sigmoid(v_add(x, x))), v_set1(1.0f)); }

// ln x. With x = m·2^n, √½ < m <= √2 and r = m − 1: ln m = r − r²/2 + r³·P(r), with P of degree 8 (the coefficients are
// those of logf in Cephes). A smaller x is replaced by the smallest normal float. The result for NaN and infinity is
// NaN. The error is below 2e-7 plus half an ulp.
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
    tail = v_fma(v_sub(x, x), n, tail); // x − x is 0 for a finite x, otherwise NaN
    return v_fma(n, v_set1(0.693359375f), v_add(r, tail));
}

// The angle of the point (x, y), in (−π, π]; it is 0 at the origin. Let q be the smaller of |x| and |y| divided by the
// larger one. If q ≤ tan π/8, t = q; otherwise t = (q − 1)/(q + 1), whose arctangent is smaller by π/4.
// atan t = t + t³·P(t²), with P of degree 4 (a minimax fit with an error of 2e-10). The result is then moved to the
// correct octant. The absolute error is below 3e-7; the rounding of π to a float accounts for 9e-8 of it. −0 counts as
// 0. |x| and |y| must be below 1e38. The result for NaN and infinity is NaN.
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
    return v_fma(zero, x, v_fma(zero, y, p)); // restores a NaN, because v_max may have replaced it by a number
}
