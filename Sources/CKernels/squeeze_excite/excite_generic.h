// The two dense layers: three small products, each with a register tile.

// ---- out(i, s) = bias[s] + Σ_c a(i, c)·b(s, c) for images i and squeezed channels s. The vectors run along c.

CK_INLINE void dot_tile(ptrdiff_t images, ptrdiff_t squeezed, const float *a, const float *b, ptrdiff_t C,
                        const float *bias, float *out, ptrdiff_t S) {
    vf sums[4][4];
    for (ptrdiff_t i = 0; i < images; i++)
        for (ptrdiff_t s = 0; s < squeezed; s++) sums[i][s] = v_zero();
    for (ptrdiff_t c = 0; c < C; c += VW) {
        ptrdiff_t n = min(C - c, VW);
        vf rows[4];
        for (ptrdiff_t s = 0; s < squeezed; s++) rows[s] = load_n(b + s * C + c, n);
        for (ptrdiff_t i = 0; i < images; i++) {
            vf v = load_n(a + i * C + c, n);
            for (ptrdiff_t s = 0; s < squeezed; s++) sums[i][s] = v_fma(v, rows[s], sums[i][s]);
        }
    }
    for (ptrdiff_t i = 0; i < images; i++)
        for (ptrdiff_t s = 0; s < squeezed; s++) out[i * S + s] = v_sum(sums[i][s]) + (bias != NULL ? bias[s] : 0);
}

CK_INLINE void dots(ptrdiff_t images, ptrdiff_t C, ptrdiff_t S, const float *a, const float *b, const float *bias,
                    float *out) {
    for (ptrdiff_t i = 0; i < images;) {
        ptrdiff_t tall = images - i >= 4 ? 4 : 1;
        for (ptrdiff_t s = 0; s < S;) {
            ptrdiff_t wide = S - s >= 4 ? 4 : S - s >= 2 ? 2 : 1;
            const float *ai = a + i * C, *bs = b + s * C, *offset = bias != NULL ? bias + s : NULL;
            float *o = out + i * S + s;
            if (tall == 4 && wide == 4) dot_tile(4, 4, ai, bs, C, offset, o, S);
            else if (tall == 4 && wide == 2)
                dot_tile(4, 2, ai, bs, C, offset, o, S);
            else if (tall == 4)
                dot_tile(4, 1, ai, bs, C, offset, o, S);
            else if (wide == 4)
                dot_tile(1, 4, ai, bs, C, offset, o, S);
            else if (wide == 2)
                dot_tile(1, 2, ai, bs, C, offset, o, S);
            else
                dot_tile(1, 1, ai, bs, C, offset, o, S);
            s += wide;
        }
        i += tall;
    }
}

// ---- out(i, c) = bias[c] + Σ_s a(i, s)·b(s, c), followed by a sigmoid if `sigmoid` is 1

CK_INLINE void spread_tile(ptrdiff_t images, ptrdiff_t n, int sigmoid, const float *a, ptrdiff_t S, const float *b,
                           ptrdiff_t C, const float *bias, float *out) {
    vf sums[8], first = bias != NULL ? load_n(bias, n) : v_zero();
    for (ptrdiff_t i = 0; i < images; i++) sums[i] = first;
    for (ptrdiff_t s = 0; s < S; s++) {
        vf row = load_n(b + s * C, n);
        for (ptrdiff_t i = 0; i < images; i++) sums[i] = v_fma(v_set1(a[i * S + s]), row, sums[i]);
    }
    for (ptrdiff_t i = 0; i < images; i++) store_n(out + i * C, n, sigmoid ? v_sigmoid(sums[i]) : sums[i]);
}

CK_INLINE void spread(ptrdiff_t images, ptrdiff_t C, ptrdiff_t S, int sigmoid, const float *a, const float *b,
                      const float *bias, float *out) {
    for (ptrdiff_t c = 0; c < C; c += VW) {
        ptrdiff_t n = min(C - c, VW);
        const float *offset = bias != NULL ? bias + c : NULL;
        ptrdiff_t i = 0;
        if (n == VW)
            for (; i + 8 <= images; i += 8)
                spread_tile(8, VW, sigmoid, a + i * S, S, b + c, C, offset, out + i * C + c);
        for (; i < images; i++) spread_tile(1, n, sigmoid, a + i * S, S, b + c, C, offset, out + i * C + c);
    }
}

CK_INLINE ptrdiff_t images_of(const excite_job *k, ptrdiff_t first) { return min(k->N - first, EXCITE_IMAGES); }

void CK_NAME(ck_excite_forward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const excite_job *k = context;
    ptrdiff_t first = block * EXCITE_IMAGES, images = images_of(k, first), count = images * k->S;
    float *h = k->h + first * k->S, *swish = k->swish + first * k->S;
    dots(images, k->C, k->S, k->pooled + first * k->C, k->weights.w1, k->weights.b1, h);
    for (ptrdiff_t i = 0; i < count; i += VW) {
        ptrdiff_t n = min(count - i, VW);
        store_n(swish + i, n, v_swish(load_n(h + i, n)));
    }
    spread(images, k->C, k->S, 1, swish, k->w2t, k->weights.b2, k->gate + first * k->C);
}

void CK_NAME(ck_excite_backward_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const excite_job *k = context;
    ptrdiff_t first = block * EXCITE_IMAGES, images = images_of(k, first), at = first * k->C;
    for (ptrdiff_t i = 0; i < images * k->C; i += VW) {
        ptrdiff_t n = min(images * k->C - i, VW);
        vf gate = load_n(k->gate + at + i, n);
        vf slope = v_mul(gate, v_sub(v_set1(1.0f), gate));
        store_n(k->dlogit + at + i, n, v_mul(load_n(k->dgate + at + i, n), slope));
    }
    const float *h = k->h + first * k->S;
    float *dh = k->dh + first * k->S, *swish = k->swish + first * k->S;
    dots(images, k->C, k->S, k->dlogit + at, k->w2t, NULL, dh);
    for (ptrdiff_t i = 0; i < images * k->S; i += VW) {
        ptrdiff_t n = min(images * k->S - i, VW);
        vf z = load_n(h + i, n);
        store_n(swish + i, n, v_swish(z));
        store_n(dh + i, n, v_mul(load_n(dh + i, n), v_swish_derivative(z)));
    }
    spread(images, k->C, k->S, 0, dh, k->weights.w1, NULL, k->gradients.dpooled + at);
}

// ---- out(s, c) = Σ_i a(i, s)·b(i, c), summed over the images in order, for the squeezed channels s in 0 ..< squeezed

CK_INLINE void weights_tile(ptrdiff_t squeezed, ptrdiff_t n, ptrdiff_t N, const float *a, ptrdiff_t S, const float *b,
                            ptrdiff_t C, vf sums[8]) {
    vf totals[8]; // in registers, unlike `sums`, which is in memory
    for (ptrdiff_t s = 0; s < squeezed; s++) totals[s] = v_zero();
    for (ptrdiff_t i = 0; i < N; i++) {
        vf row = load_n(b + i * C, n);
        for (ptrdiff_t s = 0; s < squeezed; s++) totals[s] = v_fma(v_set1(a[i * S + s]), row, totals[s]);
    }
    for (ptrdiff_t s = 0; s < squeezed; s++) sums[s] = totals[s];
}

// A task computes a block of channels of both weight gradients, and sums over all images itself. Thus there are no
// partial sums, and the order of the additions is the same for any number of threads.
void CK_NAME(ck_excite_weights_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const excite_job *k = context;
    ptrdiff_t N = k->N, C = k->C, S = k->S, first = block * EXCITE_CHANNELS;
    ptrdiff_t end = min(C, first + EXCITE_CHANNELS);
    for (ptrdiff_t c = first; c < end; c += VW) {
        ptrdiff_t n = min(end - c, VW), wide = n == VW ? 8 : 1;
        for (ptrdiff_t s = 0, step; s < S; s += step) {
            vf dw1[8], dw2[8];
            step = S - s >= wide ? wide : 1;
            if (step == 8) {
                weights_tile(8, VW, N, k->dh + s, S, k->pooled + c, C, dw1);
                weights_tile(8, VW, N, k->swish + s, S, k->dlogit + c, C, dw2);
            } else {
                weights_tile(1, n, N, k->dh + s, S, k->pooled + c, C, dw1);
                weights_tile(1, n, N, k->swish + s, S, k->dlogit + c, C, dw2);
            }
            for (ptrdiff_t j = 0; j < step; j++) {
                float lanes[VW];
                store_n(k->gradients.dw1 + (s + j) * C + c, n, dw1[j]);
                v_store(lanes, dw2[j]);
                for (ptrdiff_t l = 0; l < n; l++) k->gradients.dw2[(c + l) * S + s + j] = lanes[l];
            }
        }
        vf db2 = v_zero();
        for (ptrdiff_t i = 0; i < N; i++) db2 = v_add(db2, load_n(k->dlogit + i * C + c, n));
        store_n(k->gradients.db2 + c, n, db2);
    }
    if (first > 0) return;
    for (ptrdiff_t s = 0; s < S; s++) {
        float db1 = 0;
        for (ptrdiff_t i = 0; i < N; i++) db1 += k->dh[i * S + s];
        k->gradients.db1[s] = db1;
    }
}
