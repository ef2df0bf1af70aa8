// The transforms of the Winograd method. The outputs of a filter g with three taps, for inputs d, are
// y = Aᵀ[(G g) ⊙ (Bᵀ d)].
//
// SQUARE, F(4×4, 3×3): four outputs are computed from six inputs with six products. The interpolation points are 0, 1,
// −1, 2, −2, ∞. The transform is applied to the columns and then to the rows.

typedef void transform(const vf *in, vf *out);

// Bᵀ, for the inputs: from 6 values to 6.
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

// G, for the filters: from 3 values to 6.
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

// Aᵀ, from products to outputs: from 6 values to 4.
CK_INLINE void output_transform(const vf *m, vf *y) {
    const vf two = v_set1(2), four = v_set1(4), eight = v_set1(8);
    vf near = v_add(m[1], m[2]), far = v_add(m[3], m[4]), near_odd = v_sub(m[1], m[2]), far_odd = v_sub(m[3], m[4]);
    y[0] = v_add(m[0], v_add(near, far));
    y[1] = v_fma(two, far_odd, near_odd);
    y[2] = v_fma(four, far, near);
    y[3] = v_add(m[5], v_fma(eight, far_odd, near_odd));
}

// A, the adjoint of Aᵀ, for the gradients of the outputs: from 4 values to 6.
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

// Gᵀ, the adjoint of G, for the gradient of the filter: from 6 values to 3.
CK_INLINE void filter_adjoint(const vf *du, vf *dg) {
    const vf sixth = v_set1(1.0f / 6), twelfth = v_set1(1.0f / 12), small = v_set1(1.0f / 24);
    vf near = v_mul(sixth, v_add(du[1], du[2])), far = v_add(du[3], du[4]);
    dg[0] = v_fma(small, far, v_fma(v_set1(0.25f), du[0], v_sub(v_zero(), near)));
    dg[1] = v_fma(twelfth, v_sub(du[3], du[4]), v_mul(sixth, v_sub(du[2], du[1])));
    dg[2] = v_add(du[5], v_fma(sixth, far, v_sub(v_zero(), near)));
}

// out (to, to) := the result of f for the columns and then for the rows of in (from, from). `from` and `to` are
// literals in every call.
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

// LINE, F(6, 3): six outputs are computed from eight inputs with eight products. The interpolation points are 0, 1, −1,
// 2, −2, ½, −½, ∞. A filter of nine taps is divided into three filters of three taps, which begin three values apart.
// The functions have the same order as above: Bᵀ, G, Aᵀ, A, Gᵀ.

CK_INLINE void line_inputs(const vf *d, vf *v) {
    const vf outer = v_set1(5.25f), inner = v_set1(4.25f), quarter = v_set1(0.25f), four = v_set1(4);
    vf even = v_fnma(inner, d[4], v_add(d[2], d[6])), odd = v_fnma(inner, d[3], v_add(d[1], d[5]));
    v[1] = v_add(even, odd);
    v[2] = v_sub(even, odd);
    even = v_fma(quarter, d[2], v_fnma(v_set1(1.25f), d[4], d[6]));
    odd = v_fma(v_set1(0.5f), d[1], v_fnma(v_set1(2.5f), d[3], v_add(d[5], d[5])));
    v[3] = v_add(even, odd);
    v[4] = v_sub(even, odd);
    even = v_fma(four, d[2], v_fnma(v_set1(5), d[4], d[6]));
    odd = v_fma(v_set1(0.5f), d[5], v_fnma(v_set1(2.5f), d[3], v_add(d[1], d[1])));
    v[5] = v_add(even, odd);
    v[6] = v_sub(even, odd);
    v[0] = v_fma(outer, v_sub(d[4], d[2]), v_sub(d[0], d[6]));
    v[7] = v_fma(outer, v_sub(d[3], d[5]), v_sub(d[7], d[1]));
}

CK_INLINE void line_filter(const vf *g, vf *u) {
    const vf ends = v_add(g[0], g[2]), ninths = v_set1(-2.0f / 9), unit = v_set1(1.0f / 90);
    vf even = v_mul(ninths, ends), odd = v_mul(ninths, g[1]);
    u[0] = g[0];
    u[1] = v_add(even, odd);
    u[2] = v_sub(even, odd);
    even = v_mul(unit, v_fma(v_set1(4), g[2], g[0])), odd = v_mul(v_set1(1.0f / 45), g[1]);
    u[3] = v_add(even, odd);
    u[4] = v_sub(even, odd);
    even = v_mul(v_set1(8.0f / 45), v_fma(v_set1(4), g[0], g[2])), odd = v_mul(v_set1(16.0f / 45), g[1]);
    u[5] = v_add(even, odd);
    u[6] = v_sub(even, odd);
    u[7] = g[2];
}

CK_INLINE void line_outputs(const vf *m, vf *y) {
    const vf near = v_add(m[1], m[2]), near_odd = v_sub(m[1], m[2]);
    const vf far = v_add(m[3], m[4]), far_odd = v_sub(m[3], m[4]);
    const vf half = v_add(m[5], m[6]), half_odd = v_sub(m[5], m[6]);
    y[0] = v_add(v_add(m[0], near), v_add(far, half));
    y[1] = v_fma(v_set1(2), far_odd, v_fma(v_set1(0.5f), half_odd, near_odd));
    y[2] = v_fma(v_set1(4), far, v_fma(v_set1(0.25f), half, near));
    y[3] = v_fma(v_set1(8), far_odd, v_fma(v_set1(0.125f), half_odd, near_odd));
    y[4] = v_fma(v_set1(16), far, v_fma(v_set1(0.0625f), half, near));
    y[5] = v_add(m[7], v_fma(v_set1(32), far_odd, v_fma(v_set1(0.03125f), half_odd, near_odd)));
}

CK_INLINE void line_outputs_adjoint(const vf *dy, vf *dm) {
    vf even = v_add(v_add(dy[0], dy[2]), dy[4]), odd = v_add(v_add(dy[1], dy[3]), dy[5]);
    dm[0] = dy[0];
    dm[1] = v_add(even, odd);
    dm[2] = v_sub(even, odd);
    even = v_fma(v_set1(16), dy[4], v_fma(v_set1(4), dy[2], dy[0]));
    odd = v_fma(v_set1(32), dy[5], v_fma(v_set1(8), dy[3], v_add(dy[1], dy[1])));
    dm[3] = v_add(even, odd);
    dm[4] = v_sub(even, odd);
    even = v_fma(v_set1(0.0625f), dy[4], v_fma(v_set1(0.25f), dy[2], dy[0]));
    odd = v_fma(v_set1(0.03125f), dy[5], v_fma(v_set1(0.125f), dy[3], v_mul(v_set1(0.5f), dy[1])));
    dm[5] = v_add(even, odd);
    dm[6] = v_sub(even, odd);
    dm[7] = dy[5];
}

CK_INLINE void line_filter_adjoint(const vf *du, vf *dg) {
    const vf near = v_mul(v_set1(-2.0f / 9), v_add(du[1], du[2])), unit = v_set1(1.0f / 90);
    const vf near_odd = v_mul(v_set1(-2.0f / 9), v_sub(du[1], du[2]));
    const vf far = v_mul(unit, v_add(du[3], du[4])), half = v_mul(v_set1(8.0f / 45), v_add(du[5], du[6]));
    const vf far_odd = v_mul(v_set1(1.0f / 45), v_sub(du[3], du[4]));
    const vf half_odd = v_mul(v_set1(16.0f / 45), v_sub(du[5], du[6]));
    dg[0] = v_add(v_add(du[0], near), v_fma(v_set1(4), half, far));
    dg[1] = v_add(near_odd, v_add(far_odd, half_odd));
    dg[2] = v_add(v_add(du[7], near), v_fma(v_set1(4), far, half));
}

// out := the transform `line`, or the transform `square` of columns and rows from size `from` to size `to`. `form` is a
// literal in every call.
CK_INLINE void either_form(const winograd_form form, transform *line, transform *square, const vf *in, vf *out,
                           const int from, const int to) {
    if (form == LINE) line(in, out);
    else
        both_ways(square, in, out, from, to);
}
