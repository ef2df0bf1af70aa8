// Both gradients are computed in one pass over the operand. For every pair of an input pixel (h, v) and an output (p,
// q) that reads it, draw is loaded once, for da(h, v) += draw(p, q)·w(i, j) and for dw(i, j) += draw(p, q)·a(h, v),
// with p·R = h + K/2 − i and q·S = v + K/2 − j. R and S are the vertical and the horizontal stride. With a stride of 2,
// an input pixel meets only the even or only the odd taps, so that no zeros have to be inserted or multiplied.

// Computes da and dw for input pixels v ..< v + T of row h, where v is a multiple of S. The output rows of the image
// begin at row `first` of the ring. The kernel rows i, i + R, … below `end` meet an output.
CK_INLINE void backward_tile(const slice *k, ptrdiff_t first, ptrdiff_t h, ptrdiff_t i, ptrdiff_t end, ptrdiff_t v,
                             const float *value, float *da, const int K, const int R, const int S, const int T,
                             const int X) {
    const int half = K / 2;
    vf a[8], sums[8];
    CK_UNROLL for (int t = 0; t < T; t++) {
        a[t] = v_load(value + (v + t) * VW);
        sums[t] = v_zero();
    }
    for (; i < end; i += R) {
        const float *row = ring_row(&k->ring, first + (h + half - i) / R) + k->ring.border * VW;
        float *dw = k->dw + i * K * VW;
        vf w[5], g[5];
        CK_UNROLL for (int j = 0; j < K; j++) {
            w[j] = v_load(k->w + (i * K + j) * VW);
            g[j] = v_load(dw + j * VW);
        }
        CK_UNROLL for (int d = -half; d <= T - 1 + half; d++) { // d·S = q·S − v
            if (d * S < -half || d * S > T - 1 + half) continue;
            if (X && (v + d * S < 0 || v + d * S >= X)) continue;
            vf draw = v_load(row + (v / S + d) * VW);
            CK_UNROLL for (int t = 0; t < T; t++) {
                int j = t + half - d * S;
                if (j < 0 || j >= K) continue;
                sums[t] = v_fma(draw, w[j], sums[t]);
                g[j] = v_fma(draw, a[t], g[j]);
            }
        }
        CK_UNROLL for (int j = 0; j < K; j++) v_store(dw + j * VW, g[j]);
    }
    CK_UNROLL for (int t = 0; t < T; t++) v_store(da + (v + t) * VW, sums[t]);
}

CK_INLINE void backward_row(const slice *k, ptrdiff_t first, ptrdiff_t h, const float *value, float *da, const int K,
                            const int R, const int S, const int X) {
    const ptrdiff_t W = k->job->plan->shape.W, below = h + K / 2 - (k->job->plan->P - 1) * R, above = h + K / 2 + 1;
    const ptrdiff_t i = below > 0 ? below : (h + K / 2) % R, end = min(above, K);
    const int wide = DEPTHWISE_ABREAST;
    if (X) {
        CK_UNROLL for (int v = 0; v < X; v += wide)
            backward_tile(k, first, h, i, end, v, value, da, K, R, S, min(X - v, wide), X);
        return;
    }
    ptrdiff_t v = 0;
    for (; v + wide <= W; v += wide) backward_tile(k, first, h, i, end, v, value, da, K, R, S, wide, 0);
    if (wide == 8 && v + 4 <= W) backward_tile(k, first, h, i, end, v, value, da, K, R, S, 4, 0), v += 4;
    if (v + 2 <= W) backward_tile(k, first, h, i, end, v, value, da, K, R, S, 2, 0), v += 2;
    if (v < W) backward_tile(k, first, h, i, end, v, value, da, K, R, S, 1, 0);
}

// Writes draw of the output rows first ..< end of the group to the ring. If images have different scales, a run of rows
// does not extend over the end of an image.
static void backward_gradient(const slice *k, ptrdiff_t first, ptrdiff_t end) {
    const ck_depthwise *p = k->job->plan;
    const float *image_scale = k->job->dy.image_scale;
    while (first < end) {
        ptrdiff_t rows = rows_in_run(&k->ring, first, end), at = (k->image * p->P + first) * p->Q;
        vf scale = k->gradient.a;
        if (image_scale) {
            ptrdiff_t n = first / p->P, left = (n + 1) * p->P - first;
            scale = v_mul(scale, v_set1(image_scale[k->image + n]));
            rows = min(rows, left);
        }
        form_gradient(k, at, rows * p->Q, scale, ring_row(&k->ring, first) + k->ring.border * VW);
        first += rows;
    }
}

CK_INLINE void backward_finish_as(slice *k, ptrdiff_t at, ptrdiff_t count, const int is_bf16) {
    const ptrdiff_t C = k->job->plan->shape.C, lanes = k->lanes;
    const int stream = k->job->stream, add = k->job->update == CK_ADD;
    vf sums[2] = {v_zero(), v_zero()};
    for (ptrdiff_t u = 0; u < count; u++, at += C) {
        float *dz = k->job->dz + at;
        vf v = v_mul(v_load(k->da + u * VW), v_load(k->slope + u * VW));
        if (add) v = v_add(v, load_n(dz, lanes));
        if (stream) v_stream(dz, v);
        else
            store_n(dz, lanes, v);
        sums[0] = v_add(sums[0], v);
        sums[1] = v_fma(v, load_raw(raw_of(&k->job->x), at, lanes, is_bf16), sums[1]);
    }
    for (int s = 0; s < 2; s++) k->sums[s] = v_add(k->sums[s], sums[s]);
}

// dz := or += da·activation'(z) for `count` pixels from element `at` on. Adds dz and dz·x to the sums.
static void backward_finish(slice *k, ptrdiff_t at, ptrdiff_t count) {
    if (k->job->x.x16) backward_finish_as(k, at, count, 1);
    else
        backward_finish_as(k, at, count, 0);
}

CK_INLINE void backward_images(slice *k, const int K, const int R, const int S, const int X) {
    const ck_depthwise *p = k->job->plan;
    const ptrdiff_t H = p->shape.H, P = p->P, all = k->images * H, row = p->shape.W * VW;
    k->ring.border = X ? 0 : K / 2;
    k->ring.pitch = (p->Q + 2 * k->ring.border) * VW;
    for (ptrdiff_t at = 0, ready = 0, n = 0, h = 0; at < all; at += p->batch_rows) {
        ptrdiff_t rows = min(p->batch_rows, all - at), last = at + rows - 1;
        ptrdiff_t below = (last % H + K / 2) / R + 1, needed = last / H * P + min(below, P);
        backward_gradient(k, ready, needed);
        ready = max(needed, ready);
        ptrdiff_t x = (k->image * H + at) * p->shape.W * p->shape.C + k->channel;
        activate_pixels(k, x, rows * p->shape.W, distance_ahead(k, x, at * p->shape.W), k->value, k->slope);
        for (ptrdiff_t r = 0; r < rows; r++) {
            backward_row(k, n * P, h, k->value + r * row, k->da + r * row, K, R, S, X);
            if (++h == H) h = 0, n++;
        }
        backward_finish(k, x, rows * p->shape.W);
    }
}
