// Functions that read VW channels of consecutive pixels from a tensor, transform them, and write them to scratch memory
// without gaps.
#include "../isa/moments.h"
#include "../isa/operand.h"
#include "../isa/registers.h"
#include "internal.h"

// The ring: a buffer for rows of the group's images. Row r of the group, counted over all of its images, is stored in
// row r & mask of the ring. A row has `border` zero pixels at both ends.
typedef struct {
    float *rows;
    ptrdiff_t mask, pitch, border; // pitch in floats, border in pixels
} ring;

CK_INLINE float *ring_row(const ring *r, ptrdiff_t row) { return r->rows + (row & r->mask) * r->pitch; }

// One group of images and one vector of channels.
typedef struct {
    const depthwise_job *job;
    ptrdiff_t image, images, channel, lanes;
    ptrdiff_t following;      // the first element of the operand that is read after this slice, or −1
    affine z;                 // normalization of the operand
    gradient_affine gradient; // without the scale of the image
    ring ring;                // forward: activated operand; backward: draw
    float *w, *dw;            // (k·k, VW)
    float *value, *slope, *da;
    int begins;            // forward: 1 in the first group of the block
    vf sums[MOMENT_COUNT]; // forward: intermediate sums (moments.h); backward: Σ dz and Σ dz·x
} slice;

// The distance of the prefetch in elements, for element x, which is pixel `at` of the group. At the end of the group,
// the prefetch continues in the next slice.
CK_INLINE ptrdiff_t distance_ahead(const slice *k, ptrdiff_t x, ptrdiff_t at) {
    const ck_depthwise *p = k->job->plan;
    ptrdiff_t C = p->shape.C, beyond = at + DEPTHWISE_AHEAD - k->images * p->shape.H * p->shape.W;
    return beyond < 0 || k->following < 0 ? DEPTHWISE_AHEAD * C : k->following + beyond * C - x;
}

// value := activation(z) and, if `sloped`, slope := activation'(z), for B pixels at once, from element x on.
CK_INLINE void activate_bundle(const slice *k, ptrdiff_t x, ptrdiff_t ahead, float *value, float *slope,
                               const int sloped, const int is_bf16, const ck_activation activation, const int B) {
    const ptrdiff_t C = k->job->plan->shape.C;
    vf z[MOST_ABREAST], a[MOST_ABREAST], s[MOST_ABREAST];
    CK_UNROLL for (int u = 0; u < B; u++) z[u] =
        apply(k->z, load_raw_ahead(raw_of(&k->job->x), x + u * C, ahead, k->lanes, is_bf16));
    if (sloped) activate_and_derive(activation, a, s, z, B);
    else
        activate_all(activation, a, z, B);
    CK_UNROLL for (int u = 0; u < B; u++) v_store(value + u * VW, a[u]);
    if (sloped) CK_UNROLL for (int u = 0; u < B; u++) v_store(slope + u * VW, s[u]);
}

CK_INLINE void activate_as(const slice *k, ptrdiff_t x, ptrdiff_t count, ptrdiff_t ahead, float *value, float *slope,
                           const int sloped, const int is_bf16, const ck_activation activation) {
    const ptrdiff_t C = k->job->plan->shape.C;
    ptrdiff_t u = 0;
#define CK_BUNDLE(B)                                                                                                   \
    activate_bundle(k, x + u * C, ahead, value + u * VW, slope + u * VW, sloped, is_bf16, activation, B)
    for (; u + DEPTHWISE_ABREAST <= count; u += DEPTHWISE_ABREAST) CK_BUNDLE(DEPTHWISE_ABREAST);
    for (; u + 2 <= count; u += 2) CK_BUNDLE(2);
    if (u < count) CK_BUNDLE(1);
#undef CK_BUNDLE
}

// The same for `count` pixels from element x on. slope may be NULL.
static void activate_pixels(const slice *k, ptrdiff_t x, ptrdiff_t count, ptrdiff_t ahead, float *value, float *slope) {
    float *const unused = value; // is not written; arithmetic with a null pointer would be undefined
    const ck_operand *o = &k->job->x;
    if (slope && o->x16) WITH_ACTIVATION(o->activation, activate_as, k, x, count, ahead, value, slope, 1, 1);
    else if (slope)
        WITH_ACTIVATION(o->activation, activate_as, k, x, count, ahead, value, slope, 1, 0);
    else if (o->x16)
        WITH_ACTIVATION(o->activation, activate_as, k, x, count, ahead, value, unused, 0, 1);
    else
        WITH_ACTIVATION(o->activation, activate_as, k, x, count, ahead, value, unused, 0, 0);
}

CK_INLINE void form_gradient_as(const slice *k, ptrdiff_t pixel, ptrdiff_t count, vf scale, float *draw,
                                const int is_normalised, const int is_bf16) {
    const ptrdiff_t C = k->job->plan->shape.C, lanes = k->lanes, ahead = DEPTHWISE_AHEAD * C;
    const raw_values dz = {k->job->dy.dz, NULL}, raw = raw_of_gradient(&k->job->dy);
    const gradient_affine form = {scale, k->gradient.b, k->gradient.c};
    for (ptrdiff_t u = 0, at = pixel * C + k->channel; u < count; u++, at += C) {
        vf d = load_raw_ahead(dz, at, ahead, lanes, 0);
        if (is_normalised) d = draw_of(&form, d, load_raw_ahead(raw, at, ahead, lanes, is_bf16));
        else
            d = v_mul(scale, d);
        v_store(draw + u * VW, d);
    }
}

// Computes draw of `count` pixels. `scale` is a·image_scale.
static void form_gradient(const slice *k, ptrdiff_t pixel, ptrdiff_t count, vf scale, float *draw) {
    if (k->job->dy.a == NULL) form_gradient_as(k, pixel, count, scale, draw, 0, 0);
    else if (k->job->dy.raw16 == NULL)
        form_gradient_as(k, pixel, count, scale, draw, 1, 0);
    else
        form_gradient_as(k, pixel, count, scale, draw, 1, 1);
}

// The number of rows from `first` on, before `end`, that are contiguous in the ring. With a border, this is one row.
CK_INLINE ptrdiff_t rows_in_run(const ring *r, ptrdiff_t first, ptrdiff_t end) {
    ptrdiff_t left = end - first, contiguous = r->border ? 1 : r->mask + 1 - (first & r->mask);
    return min(left, contiguous);
}

// The start of a slice, in the forward and the backward pass: loads normalization and weights, and sets the sums to
// zero.
CK_INLINE void begin_slice(slice *k, const float *const w, const int K) {
    const ptrdiff_t C = k->job->plan->shape.C, c = k->channel;
    k->z = affine_of(&k->job->x, c, k->lanes);
    k->sums[0] = k->sums[1] = k->sums[2] = v_zero();
    for (int tap = 0; tap < K * K; tap++) v_store(k->w + tap * VW, load_n(w + tap * C + c, k->lanes));
}

// out := v in the first group of a block, and out += v in the following groups.
CK_INLINE void deposit(float *out, ptrdiff_t lanes, vf v, int first) {
    store_n(out, lanes, first ? v : v_add(load_n(out, lanes), v));
}

CK_INLINE void deposit_sums(const slice *k, float *sums, ptrdiff_t block, int first) {
    const ptrdiff_t C = k->job->plan->shape.C;
    if (sums == NULL) return;
    for (int i = 0; i < 2; i++) deposit(sums + (2 * block + i) * C + k->channel, k->lanes, k->sums[i], first);
}

// Adds the intermediate sums of the group (shift, sum, sum of squares) to those of the block, in `statistics` (3, C).
CK_INLINE void deposit_moments(const slice *k, float *statistics) {
    const ptrdiff_t C = k->job->plan->shape.C;
    if (statistics == NULL) return;
    if (k->begins) store_n(statistics + MOMENT_SHIFT * C + k->channel, k->lanes, k->sums[MOMENT_SHIFT]);
    for (int s = MOMENT_SUM; s < MOMENT_COUNT; s++)
        deposit(statistics + s * C + k->channel, k->lanes, k->sums[s], k->begins);
}
