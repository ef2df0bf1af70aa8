// y(p, q) = Σ_ij a(p·R + i − K/2, q·S + j − K/2)·w(i, j), for one vector of channels and one image after the other.
//
// K is the kernel size, R and S are the vertical and the horizontal stride, and T is the number of adjacent outputs. X
// is the width of the feature map if the code is compiled for this width, otherwise 0. With X > 0, there are no
// borders, and only taps inside the feature map are computed. All of these are literals in every call, so that the
// loops over them are unrolled.
//
// Computes outputs q ..< q + T of the output row whose first kernel row reads row h of the ring. The kernel rows
// i ..< end are inside the feature map.
CK_INLINE void depthwise_outputs(const slice *k, ptrdiff_t h, ptrdiff_t i, ptrdiff_t end, ptrdiff_t q, vf *sums,
                                 const int K, const int S, const int T, const int X) {
    CK_UNROLL for (int t = 0; t < T; t++) sums[t] = v_zero();
    for (; i < end; i++) {
        const float *row = ring_row(&k->ring, h + i);
        vf w[5];
        CK_UNROLL for (int j = 0; j < K; j++) w[j] = v_load(k->w + (i * K + j) * VW);
        CK_UNROLL for (int v = 0; v < (T - 1) * S + K; v++) {
            if (X && (v < K / 2 || v - K / 2 >= X)) continue;
            vf a = v_load(row + (q * S + v - (X ? K / 2 : 0)) * VW);
            CK_UNROLL for (int t = 0; t < T; t++) {
                int j = v - t * S;
                if (j >= 0 && j < K) sums[t] = v_fma(a, w[j], sums[t]);
            }
        }
    }
}

// Computes the same outputs, stores them from element y on, and adds them to the intermediate sums of the row. `begins`
// is 1 for the first outputs of a block. Returns the element of the next output.
CK_INLINE ptrdiff_t forward_outputs(const slice *k, ptrdiff_t h, ptrdiff_t i, ptrdiff_t end, ptrdiff_t q, ptrdiff_t y,
                                    int begins, vf *moments, const int K, const int S, const int T, const int X) {
    const ptrdiff_t C = k->job->plan->shape.C, lanes = k->lanes;
    const int stream = k->job->stream;
    vf sums[8];
    depthwise_outputs(k, h, i, end, q, sums, K, S, T, X);
    if (begins) moments[MOMENT_SHIFT] = sums[0];
    CK_UNROLL for (int t = 0; t < T; t++, y += C) {
        if (stream) v_stream(k->job->y + y, sums[t]);
        else if (k->job->y16)
            store_bf16(k->job->y16 + y, lanes, sums[t]);
        else
            store_n(k->job->y + y, lanes, sums[t]);
        add_moments(sums[t], moments[MOMENT_SHIFT], &moments[MOMENT_SUM], &moments[MOMENT_SQUARES]);
    }
    return y;
}

// Computes output row p of the image whose rows begin at `first` in the group. Sums are computed per row, then per
// group, and then per block, because long chains of float additions lose accuracy.
CK_INLINE void forward_row(slice *k, ptrdiff_t first, ptrdiff_t p, ptrdiff_t y, const int K, const int R, const int S,
                           const int X) {
    const ptrdiff_t Q = k->job->plan->Q, h = p * R - K / 2, below = k->job->plan->shape.H - h;
    const ptrdiff_t i = h < 0 ? -h : 0, end = min(below, K);
    const int begins = k->begins && first == 0 && p == 0;
    vf sums[MOMENT_COUNT] = {k->sums[MOMENT_SHIFT], v_zero(), v_zero()};
    ptrdiff_t q = 0;
    if (X) {
        forward_outputs(k, first + h, i, end, 0, y, begins, sums, K, S, (X + S - 1) / S, X);
    } else {
        for (; q + 8 <= Q; q += 8) y = forward_outputs(k, first + h, i, end, q, y, begins && q == 0, sums, K, S, 8, 0);
        if (q + 4 <= Q) y = forward_outputs(k, first + h, i, end, q, y, begins && q == 0, sums, K, S, 4, 0), q += 4;
        if (q + 2 <= Q) y = forward_outputs(k, first + h, i, end, q, y, begins && q == 0, sums, K, S, 2, 0), q += 2;
        if (q < Q) forward_outputs(k, first + h, i, end, q, y, begins && q == 0, sums, K, S, 1, 0);
    }
    k->sums[MOMENT_SHIFT] = sums[MOMENT_SHIFT];
    for (int s = MOMENT_SUM; s < MOMENT_COUNT; s++) k->sums[s] = v_add(k->sums[s], sums[s]);
}

// Writes rows first ..< end of the group's operand to the ring, with normalization and activation.
static void forward_activate(const slice *k, ptrdiff_t first, ptrdiff_t end) {
    const ck_depthwise *p = k->job->plan;
    while (first < end) {
        ptrdiff_t rows = rows_in_run(&k->ring, first, end), at = first * p->shape.W;
        ptrdiff_t x = (k->image * p->shape.H * p->shape.W + at) * p->shape.C + k->channel;
        activate_pixels(k, x, rows * p->shape.W, distance_ahead(k, x, at),
                        ring_row(&k->ring, first) + k->ring.border * VW, NULL);
        first += rows;
    }
}

CK_INLINE void forward_images(slice *k, const int K, const int R, const int S, const int X) {
    const ck_depthwise *p = k->job->plan;
    const ptrdiff_t H = p->shape.H, all = k->images * H;
    ptrdiff_t y = k->image * p->P * p->Q * p->shape.C + k->channel;
    k->ring.border = X ? 0 : K / 2;
    k->ring.pitch = (p->shape.W + 2 * k->ring.border) * VW;
    for (ptrdiff_t first = 0, ready = 0; first < all; first += H)
        for (ptrdiff_t r = 0; r < p->P; r++, y += p->Q * p->shape.C) {
            ptrdiff_t needed = first + min(r * R + K / 2 + 1, H);
            if (ready < needed) {
                ptrdiff_t end = max(needed, ready + p->batch_rows);
                end = min(end, all);
                forward_activate(k, ready, end);
                ready = end;
            }
            forward_row(k, first, r, y, K, R, S, X);
        }
}
