// Max pooling. A group of channels passes over a row of windows, window by window. The backward pass adds dy to dz for
// one band of windows at a time. Then it finishes the pixels that no later window reads, while they are in the cache.
#include "maxpool.h"
#include "../isa/registers.h"
#include "../norm/walk.h"
#include <string.h>

// The part of a window that is inside the feature map: rows h ..< h_end, columns v ..< v_end.
typedef struct {
    ptrdiff_t h, h_end, v, v_end;
} window;

CK_INLINE ptrdiff_t within(ptrdiff_t n, ptrdiff_t end) { return n < 0 ? 0 : min(n, end); }

CK_INLINE window window_at(const ck_maxpool *k, ptrdiff_t p, ptrdiff_t q) {
    const ptrdiff_t h = p * k->stride_h - k->padding_h, v = q * k->stride_w - k->padding_w;
    return (window){within(h, k->H), within(h + k->kernel_h, k->H), within(v, k->W), within(v + k->kernel_w, k->W)};
}

// A group of channels from c on: several complete vectors of channels, or one vector of n channels.
typedef struct {
    const float *x; // the first element of the image
    affine z[MAXPOOL_VECTORS];
    ptrdiff_t c;
} channel_span;

CK_INLINE channel_span span_at(const maxpool_job *job, ptrdiff_t image, ptrdiff_t c, const int vectors, ptrdiff_t n) {
    const ck_maxpool *k = job->plan;
    channel_span s = {.x = job->x->x + image * k->H * k->W * k->C, .c = c};
    CK_EACH_OF(vectors) s.z[i] = affine_of(job->x, c + i * VW, n);
    return s;
}

// Computes the maxima of a window, and their positions: `place` is the number of pixels of the window before the first
// maximum.
CK_INLINE void maxima(const ck_maxpool *k, const channel_span *s, const window *w, vf *best, vf *place,
                      ck_activation activation, const int vectors, ptrdiff_t n) {
    const float *x = s->x + (w->h * k->W + w->v) * k->C + s->c;
    CK_EACH_OF(vectors) {
        best[i] = activate(activation, apply(s->z[i], load_n(x + i * VW, n)));
        place[i] = v_zero();
    }
    vf number = v_set1(1);
    for (ptrdiff_t h = w->h, v = w->v + 1; h < w->h_end; h++, v = w->v) {
        x = s->x + (h * k->W + v) * k->C + s->c;
        for (; v < w->v_end; v++, x += k->C, number = v_add(number, v_set1(1))) CK_EACH_OF(vectors) {
                vf u = activate(activation, apply(s->z[i], load_n(x + i * VW, n)));
                place[i] = v_select_beats(u, best[i], number, place[i]);
                best[i] = v_select_beats(u, best[i], u, best[i]);
            }
    }
}

CK_INLINE void forward_span(const maxpool_job *job, ptrdiff_t image, ptrdiff_t p, ptrdiff_t c, ck_activation activation,
                            const int vectors, ptrdiff_t n) {
    const ck_maxpool *k = job->plan;
    const channel_span s = span_at(job, image, c, vectors, n);
    float *y = job->y + (image * k->P + p) * k->Q * k->C + c;
    for (ptrdiff_t q = 0; q < k->Q; q++, y += k->C) {
        const window w = window_at(k, p, q);
        vf best[MAXPOOL_VECTORS], place[MAXPOOL_VECTORS];
        maxima(k, &s, &w, best, place, activation, vectors, n);
        CK_EACH_OF(vectors) store_n(y + i * VW, n, best[i]);
    }
}

// Calls f(…, c, activation, vectors, n) for all channels. For ReLU and complete groups, f is compiled separately.
#define FOR_CHANNELS(C, activation, f, ...)                                                                            \
    {                                                                                                                  \
        ptrdiff_t c = 0;                                                                                               \
        for (; (activation) == CK_RELU && c + MAXPOOL_VECTORS * VW <= (C); c += MAXPOOL_VECTORS * VW)                  \
            f(__VA_ARGS__, c, CK_RELU, MAXPOOL_VECTORS, VW);                                                           \
        for (; c < (C); c += VW) f(__VA_ARGS__, c, activation, 1, (C)-c < VW ? (C)-c : VW);                            \
    }

void CK_NAME(ck_maxpool_forward_image)(void *context, ptrdiff_t image, void *scratch) {
    (void)scratch;
    const maxpool_job *job = context;
    for (ptrdiff_t p = 0; p < job->plan->P; p++)
        FOR_CHANNELS(job->plan->C, job->x->activation, forward_span, job, image, p)
}

// ---- Backward

// A band: windows q ..< q_end of row p. The windows up to the end of this band read only pixels before `ready`. No
// later window reads a pixel before `done`.
typedef struct {
    ptrdiff_t p, q, q_end, ready, done;
} band;

CK_INLINE void scatter_span(const maxpool_job *job, ptrdiff_t image, const band *b, ptrdiff_t c,
                            ck_activation activation, const int vectors, ptrdiff_t n) {
    const ck_maxpool *k = job->plan;
    const channel_span s = span_at(job, image, c, vectors, n);
    const float *dy = job->dy + ((image * k->P + b->p) * k->Q + b->q) * k->C + c;
    float *image_dz = job->dz + image * k->H * k->W * k->C + c;
    for (ptrdiff_t q = b->q; q < b->q_end; q++, dy += k->C) {
        const window w = window_at(k, b->p, q);
        vf best[MAXPOOL_VECTORS], place[MAXPOOL_VECTORS];
        maxima(k, &s, &w, best, place, activation, vectors, n);
        vf number = v_zero();
        for (ptrdiff_t h = w.h; h < w.h_end; h++) {
            float *dz = image_dz + (h * k->W + w.v) * k->C;
            for (ptrdiff_t v = w.v; v < w.v_end; v++, dz += k->C, number = v_add(number, v_set1(1)))
                CK_EACH_OF(vectors) {
                    vf away = v_sub(place[i], number);
                    add_n(dz + i * VW, n,
                          v_select_gt(v_set1(0.5f), v_mul(away, away), load_n(dy + i * VW, n), v_zero()));
                }
        }
    }
}

// Multiplies dz of the pixels first ..< end by activation'(z), and adds it to the sums.
CK_INLINE void finish_span(const maxpool_job *job, ptrdiff_t image, ptrdiff_t first, ptrdiff_t end, ptrdiff_t c,
                           ck_activation activation, const int vectors, ptrdiff_t n) {
    const ck_maxpool *k = job->plan;
    const channel_span s = span_at(job, image, c, vectors, n);
    float *dz = job->dz + (image * k->H * k->W + first) * k->C + c;
    const float *x = s.x + first * k->C + c;
    vf sum[MAXPOOL_VECTORS], product[MAXPOOL_VECTORS];
    CK_EACH_OF(vectors) sum[i] = product[i] = v_zero();
    for (ptrdiff_t pixel = first; pixel < end; pixel++, dz += k->C, x += k->C) CK_EACH_OF(vectors) {
            vf raw = load_n(x + i * VW, n);
            vf d = v_mul(load_n(dz + i * VW, n), activation_derivative(activation, apply(s.z[i], raw)));
            store_n(dz + i * VW, n, d);
            sum[i] = v_add(sum[i], d);
            product[i] = v_fma(d, raw, product[i]);
        }
    if (job->sums == NULL) return;
    float *sums = job->sums + image * 2 * k->C + c;
    CK_EACH_OF(vectors) {
        add_n(sums + i * VW, n, sum[i]);
        add_n(sums + k->C + i * VW, n, product[i]);
    }
}

// Processes a band: sets dz of new pixels to zero, adds dy, and finishes pixels. *ready is the number of pixels whose
// dz has been set to zero, and *done is the number of finished pixels.
static void run_band(const maxpool_job *job, ptrdiff_t image, const band *b, ptrdiff_t *ready, ptrdiff_t *done) {
    const ck_maxpool *k = job->plan;
    if (b->ready > *ready) {
        float *dz = job->dz + (image * k->H * k->W + *ready) * k->C;
        memset(dz, 0, (size_t)((b->ready - *ready) * k->C) * sizeof(float));
        *ready = b->ready;
    }
    FOR_CHANNELS(k->C, job->x->activation, scatter_span, job, image, b)
    if (b->done <= *done) return;
    FOR_CHANNELS(k->C, job->x->activation, finish_span, job, image, *done, b->done)
    *done = b->done;
}

void CK_NAME(ck_maxpool_backward_image)(void *context, ptrdiff_t image, void *scratch) {
    (void)scratch;
    const maxpool_job *job = context;
    const ck_maxpool *k = job->plan;
    const ptrdiff_t width = k->H == 1 ? MAXPOOL_BAND_COLUMNS : k->Q, all = k->H * k->W;
    ptrdiff_t ready = 0, done = 0;
    if (job->sums) memset(job->sums + image * 2 * k->C, 0, (size_t)(2 * k->C) * sizeof(float));
    for (ptrdiff_t p = 0; p < k->P; p++)
        for (ptrdiff_t q = 0; q < k->Q; q += width) {
            const ptrdiff_t end = min(q + width, k->Q);
            const int is_last = end == k->Q && p + 1 == k->P;
            const window last = window_at(k, p, end - 1);
            band b = {p, q, end, (last.h_end - 1) * k->W + last.v_end, all};
            if (k->H > 1) b.ready = last.h_end * k->W;
            if (is_last) b.ready = all;
            else if (k->H > 1)
                b.done = window_at(k, p + 1, 0).h * k->W;
            else
                b.done = end < k->Q ? window_at(k, p, end).v : window_at(k, p + 1, 0).v;
            if (b.ready < b.done) b.ready = b.done; // pixels between windows also need a dz
            run_band(job, image, &b, &ready, &done);
        }
}
