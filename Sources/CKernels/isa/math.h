// Elementary functions in the words of the vocabulary; included by every ISA header.

// eˣ: x = n·ln 2 + r, |r| ≤ ln 2 / 2, a degree-6 polynomial in r (coefficients as in Cephes' expf); x clamped to where
// the result is a normal float. Relative error below 2e-7.
CK_INLINE vf v_exp(vf x) {
    x = v_min(v_max(x, v_set1(-87.0f)), v_set1(88.0f));
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

CK_INLINE vf v_sigmoid(vf x) { return v_reciprocal(v_add(v_set1(1.0f), v_exp(v_sub(v_zero(), x)))); }

CK_INLINE vf v_swish(vf x) { return v_mul(x, v_sigmoid(x)); }

// d/dx x·σ(x) = σ·(1 + x·(1 − σ))
CK_INLINE vf v_swish_derivative(vf x) {
    vf s = v_sigmoid(x);
    return v_mul(s, v_fma(x, v_sub(v_set1(1.0f), s), v_set1(1.0f)));
}

// tanh x = 2σ(2x) − 1; absolute error below 2e-7
CK_INLINE vf v_tanh(vf x) { return v_sub(v_mul(v_set1(2.0f), v_sigmoid(v_add(x, x))), v_set1(1.0f)); }
