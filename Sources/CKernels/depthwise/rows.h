// Reading: a run of pixels of VW channels goes from the tensor, transformed, to compact scratch.
#include "../isa/moments.h"
#include "../isa/raw.h"
#include "internal.h"

// Rows of the group's images in scratch, one image after the other: row r of them all at r & mask. A row has `border`
// zero pixels left and right.
typedef struct {
    float *rows;
    ptrdiff_t mask, pitch, border; // pitch in floats, border in pixels
} ring;

CK_INLINE float *ring_row(const ring *r, ptrdiff_t row) { return r->rows + (row & r->mask) * r->pitch; }

// One group of images and one vector of channels.
typedef struct {
    const depthwise_job *job;
    ptrdiff_t image, images, channel, lanes;
    ptrdiff_t following; // element of the operand that is worked on after this group; −1: none
    vf scale, shift;     // of the operand
    vf a, b, c;          // of the gradient
    ring ring;           // forward: activated operand; backward: draw
    float *w, *dw;       // (k·k, VW)
    float *value, *slope, *da;
    int begins;            // forward: the block's first group
    vf sums[MOMENT_COUNT]; // forward: moments (moments.h); backward: Σ dz and Σ dz·x
} chunk;

// How far ahead of element x, at pixel `at` of the group, the prefetch goes: into the next chunk at the group's end.
CK_INLINE ptrdiff_t distance_ahead(const chunk *k, ptrdiff_t x, ptrdiff_t at) {
    const ck_depthwise *p = k->job->plan;
    ptrdiff_t C = p->C, beyond = at + DEPTHWISE_AHEAD - k->images * p->H * p->W;
    return beyond < 0 || k->following < 0 ? DEPTHWISE_AHEAD * C : k->following + beyond * C - x;
}

// value := activation(z), and where `sloped` slope := activation'(z), for B pixels abreast from element x on.
CK_INLINE void activate_bundle(const chunk *k, ptrdiff_t x, ptrdiff_t ahead, float *value, float *slope,
                               const ck_activation activation, const int sloped, const int halved, const int B) {
    const ptrdiff_t C = k->job->plan->C, lanes = k->lanes;
    const vf one = v_set1(1);
    vf z[8], a[8], sigma[8];
    CK_UNROLL for (int u = 0; u < B; u++) {
        prefetch_raw(raw_of(&k->job->x), x + u * C + ahead, halved);
        z[u] = v_fma(load_raw(raw_of(&k->job->x), x + u * C, lanes, halved), k->scale, k->shift);
    }
    if (activation == CK_SWISH) v_sigmoids(sigma, z, B);
    CK_UNROLL for (int u = 0; u < B; u++) {
        a[u] = z[u];
        if (activation == CK_SWISH) a[u] = v_mul(z[u], sigma[u]);
        if (activation == CK_RELU) a[u] = v_max(v_zero(), z[u]); // in this order a NaN stays one
        v_store(value + u * VW, a[u]);
    }
    if (!sloped) return;
    CK_UNROLL for (int u = 0; u < B; u++) {
        vf s = one;
        if (activation == CK_SWISH) s = v_fma(a[u], v_sub(one, sigma[u]), sigma[u]);
        if (activation == CK_RELU) s = v_select_gt(z[u], v_zero(), one, v_zero());
        v_store(slope + u * VW, s);
    }
}

CK_INLINE void activate_as(const chunk *k, ptrdiff_t x, ptrdiff_t count, ptrdiff_t ahead, float *value, float *slope,
                           const ck_activation activation, const int sloped, const int halved) {
    enum { B = VW == 16 ? 8 : 4 }; // what the registers hold
    const ptrdiff_t C = k->job->plan->C;
    ptrdiff_t u = 0;
    for (; u + B <= count; u += B)
        activate_bundle(k, x + u * C, ahead, value + u * VW, slope + u * VW, activation, sloped, halved, B);
    for (; u + 2 <= count; u += 2)
        activate_bundle(k, x + u * C, ahead, value + u * VW, slope + u * VW, activation, sloped, halved, 2);
    if (u < count) activate_bundle(k, x + u * C, ahead, value + u * VW, slope + u * VW, activation, sloped, halved, 1);
}

CK_INLINE void activate_with(const chunk *k, ptrdiff_t x, ptrdiff_t count, ptrdiff_t ahead, float *value, float *slope,
                             const ck_activation activation, const int sloped) {
    if (k->job->x.x16) activate_as(k, x, count, ahead, value, slope, activation, sloped, 1);
    else
        activate_as(k, x, count, ahead, value, slope, activation, sloped, 0);
}

// For `count` pixels from element x on; slope may be NULL.
static void activate(const chunk *k, ptrdiff_t x, ptrdiff_t count, ptrdiff_t ahead, float *value, float *slope) {
    float *const unused = value; // never written: keeps the pointer arithmetic defined
    switch (k->job->x.activation * 2 + (slope != NULL)) {
    case CK_SWISH * 2:
        activate_with(k, x, count, ahead, value, unused, CK_SWISH, 0);
        break;
    case CK_SWISH * 2 + 1:
        activate_with(k, x, count, ahead, value, slope, CK_SWISH, 1);
        break;
    case CK_RELU * 2:
        activate_with(k, x, count, ahead, value, unused, CK_RELU, 0);
        break;
    case CK_RELU * 2 + 1:
        activate_with(k, x, count, ahead, value, slope, CK_RELU, 1);
        break;
    case CK_IDENTITY * 2:
        activate_with(k, x, count, ahead, value, unused, CK_IDENTITY, 0);
        break;
    default:
        activate_with(k, x, count, ahead, value, slope, CK_IDENTITY, 1);
    }
}

CK_INLINE void form_gradient_as(const chunk *k, ptrdiff_t pixel, ptrdiff_t count, vf scale, float *draw,
                                const int normalised, const int halved) {
    const ptrdiff_t C = k->job->plan->C, lanes = k->lanes, ahead = DEPTHWISE_AHEAD * C;
    const raw_values dz = {k->job->dy.dz, NULL}, raw = raw_of_gradient(&k->job->dy);
    const vf b = k->b, c = k->c;
    for (ptrdiff_t u = 0, at = pixel * C + k->channel; u < count; u++, at += C) {
        prefetch_raw(dz, at + ahead, 0);
        vf d = load_raw(dz, at, lanes, 0);
        if (normalised) {
            prefetch_raw(raw, at + ahead, halved);
            v_store(draw + u * VW, v_fma(scale, d, v_fma(b, load_raw(raw, at, lanes, halved), c)));
        } else {
            v_store(draw + u * VW, v_mul(scale, d));
        }
    }
}

// draw := a·image_scale·dz + b·raw + c, `scale` being a·image_scale
static void form_gradient(const chunk *k, ptrdiff_t pixel, ptrdiff_t count, vf scale, float *draw) {
    if (k->job->dy.a == NULL) form_gradient_as(k, pixel, count, scale, draw, 0, 0);
    else if (k->job->dy.raw16 == NULL)
        form_gradient_as(k, pixel, count, scale, draw, 1, 0);
    else
        form_gradient_as(k, pixel, count, scale, draw, 1, 1);
}

// Rows first ..< end of a ring, as the fewest runs of contiguous scratch: whole rows together where they have no
// border.
CK_INLINE ptrdiff_t rows_in_run(const ring *r, ptrdiff_t first, ptrdiff_t end) {
    ptrdiff_t left = end - first, contiguous = r->border ? 1 : r->mask + 1 - (first & r->mask);
    return min(left, contiguous);
}

// What forward and backward begin a group and chunk with. C is the tensor's, `lanes` the channels that exist.
CK_INLINE void begin_chunk(chunk *k, const float *const w, const int K) {
    const ptrdiff_t C = k->job->plan->C, c = k->channel;
    const ck_operand *x = &k->job->x;
    k->scale = x->scale ? load_n(x->scale + c, k->lanes) : v_set1(1);
    k->shift = x->scale ? load_n(x->shift + c, k->lanes) : v_zero();
    k->sums[0] = k->sums[1] = k->sums[2] = v_zero();
    for (int tap = 0; tap < K * K; tap++) v_store(k->w + tap * VW, load_n(w + tap * C + c, k->lanes));
}

// out := v for the first group of a block, out += v afterwards.
CK_INLINE void deposit(float *out, ptrdiff_t lanes, vf v, int first) {
    store_n(out, lanes, first ? v : v_add(load_n(out, lanes), v));
}

CK_INLINE void deposit_sums(const chunk *k, float *sums, ptrdiff_t block, int first) {
    const ptrdiff_t C = k->job->plan->C;
    if (sums == NULL) return;
    for (int i = 0; i < 2; i++) deposit(sums + (2 * block + i) * C + k->channel, k->lanes, k->sums[i], first);
}

// The group's moments to the block's statistics (3, C), still as shift, sum and squares.
CK_INLINE void deposit_moments(const chunk *k, float *statistics) {
    const ptrdiff_t C = k->job->plan->C;
    if (statistics == NULL) return;
    if (k->begins) store_n(statistics + MOMENT_SHIFT * C + k->channel, k->lanes, k->sums[MOMENT_SHIFT]);
    for (int s = MOMENT_SUM; s < MOMENT_COUNT; s++)
        deposit(statistics + s * C + k->channel, k->lanes, k->sums[s], k->begins);
}
