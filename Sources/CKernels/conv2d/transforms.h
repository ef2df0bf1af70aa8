// Winograd's F(4, 3) in one dimension: four outputs of a three-tap filter from six inputs by six products,
//     y = Aᵀ[(G g) ⊙ (Bᵀ d)]
// and in two dimensions the same down the columns, then along the rows. Interpolation points 0, 1, −1, 2, −2, ∞.

typedef void transform(const vf *in, vf *out);

// Bᵀ: inputs, 6 to 6.
CK_INLINE void input_transform(const vf *d, vf *v) {
    const vf two = v_set1(2), four = v_set1(4), five = v_set1(5);
    vf even = v_fnma(four, d[2], d[4]), odd = v_fnma(four, d[1], d[3]);
    v[1] = v_add(even, odd);
    v[2] = v_sub(even, odd);
    even = v_sub(d[4], d[2]), odd = v_mul(two, v_sub(d[3], d[1]));
    v[3] = v_add(even, odd);
    v[4] = v_sub(even, odd);
    v[0] = v_fma(four, d[0], v_fnma(five, d[2], d[4]));
    v[5] = v_fma(four, d[1], v_fnma(five, d[3], d[5]));
}

// G: filters, 3 to 6.
CK_INLINE void filter_transform(const vf *g, vf *u) {
    const vf sixth = v_set1(1.0f / 6), twelfth = v_set1(1.0f / 12), small = v_set1(1.0f / 24);
    vf even = v_mul(sixth, v_add(g[0], g[2])), odd = v_mul(sixth, g[1]);
    u[0] = v_mul(v_set1(0.25f), g[0]);
    u[1] = v_sub(v_zero(), v_add(even, odd));
    u[2] = v_sub(odd, even);
    even = v_fma(small, g[0], v_mul(sixth, g[2])), odd = v_mul(twelfth, g[1]);
    u[3] = v_add(even, odd);
    u[4] = v_sub(even, odd);
    u[5] = g[2];
}

// Aᵀ: products to outputs, 6 to 4.
CK_INLINE void output_transform(const vf *m, vf *y) {
    const vf two = v_set1(2), four = v_set1(4), eight = v_set1(8);
    vf near = v_add(m[1], m[2]), far = v_add(m[3], m[4]), near_odd = v_sub(m[1], m[2]), far_odd = v_sub(m[3], m[4]);
    y[0] = v_add(m[0], v_add(near, far));
    y[1] = v_fma(two, far_odd, near_odd);
    y[2] = v_fma(four, far, near);
    y[3] = v_add(m[5], v_fma(eight, far_odd, near_odd));
}

// A, the adjoint of Aᵀ: gradients of outputs, 4 to 6.
CK_INLINE void output_adjoint(const vf *dy, vf *dm) {
    const vf two = v_set1(2), four = v_set1(4), eight = v_set1(8);
    vf even = v_add(dy[0], dy[2]), odd = v_add(dy[1], dy[3]);
    dm[0] = dy[0];
    dm[1] = v_add(even, odd);
    dm[2] = v_sub(even, odd);
    even = v_fma(four, dy[2], dy[0]), odd = v_fma(eight, dy[3], v_mul(two, dy[1]));
    dm[3] = v_add(even, odd);
    dm[4] = v_sub(even, odd);
    dm[5] = dy[3];
}

// Gᵀ, the adjoint of G: to the gradient of the filter, 6 to 3.
CK_INLINE void filter_adjoint(const vf *du, vf *dg) {
    const vf sixth = v_set1(1.0f / 6), twelfth = v_set1(1.0f / 12), small = v_set1(1.0f / 24);
    vf near = v_mul(sixth, v_add(du[1], du[2])), far = v_add(du[3], du[4]);
    dg[0] = v_fma(small, far, v_fma(v_set1(0.25f), du[0], v_sub(v_zero(), near)));
    dg[1] = v_fma(twelfth, v_sub(du[3], du[4]), v_mul(sixth, v_sub(du[2], du[1])));
    dg[2] = v_add(du[5], v_fma(sixth, far, v_sub(v_zero(), near)));
}

// out (to, to) := f down the columns and along the rows of in (from, from); literals at every call.
CK_INLINE void both_ways(transform *f, const vf *in, vf *out, const int from, const int to) {
    vf half[36];
    CK_UNROLL for (int c = 0; c < from; c++) {
        vf column[6], result[6];
        CK_UNROLL for (int r = 0; r < from; r++) column[r] = in[r * from + c];
        f(column, result);
        CK_UNROLL for (int r = 0; r < to; r++) half[r * from + c] = result[r];
    }
    CK_UNROLL for (int r = 0; r < to; r++) f(half + r * from, out + r * to);
}
