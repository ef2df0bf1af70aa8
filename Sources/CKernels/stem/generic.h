// The forward and the backward task of the first convolution. This header is included after the header of an
// instruction set.
//
// The 3·C values that a kernel row reads for output q are contiguous in a padded input row, from element 2·q·C on. For
// each tap, one of them is broadcast and multiplied by a vector of output channels. C, U (the number of vectors of
// channels) and T (the number of adjacent outputs) are literals in every call.
#include <string.h>
#include "../isa/moments.h"
#include "../isa/operand.h"
#include "../isa/registers.h"
#include "../isa/spans.h"
#include "internal.h"

// Copies the three input rows that output row p reads to `rows` (3, W + 2, C), with a zero pixel at both ends of each
// row.
static void gather_rows(const ck_stem *plan, const float *image, ptrdiff_t p, float *rows) {
    const ptrdiff_t row = plan->W * plan->C, pitch = row + 2 * plan->C;
    memset(rows, 0, (size_t)(3 * pitch) * sizeof(float));
    for (ptrdiff_t i = 0; i < 3; i++) {
        ptrdiff_t h = 2 * p + i - 1;
        if (h >= 0 && h < plan->H) memcpy(rows + i * pitch + plan->C, image + h * row, (size_t)row * sizeof(float));
    }
}

// Computes T outputs from q on × U·VW channels from o on, for the row of y that begins at element y, and adds them to
// the intermediate sums. `begins` is 1 for the first outputs of a block.
CK_INLINE void stem_outputs(const stem_job *job, const float *rows, ptrdiff_t q, ptrdiff_t o, ptrdiff_t lanes,
                            ptrdiff_t y, int begins, vf (*sums)[2], const int C, const int T, const int U) {
    const ptrdiff_t O = job->plan->O, pitch = (job->plan->W + 2) * C;
    vf out[4][2];
    CK_UNROLL for (int t = 0; t < T; t++) CK_UNROLL for (int u = 0; u < U; u++) out[t][u] = v_zero();
    for (int i = 0; i < 3; i++) CK_UNROLL for (int tap = 0; tap < 3 * C; tap++) {
            vf w[2];
            CK_UNROLL for (int u = 0; u < U; u++) w[u] = load_n(job->w + (i * 3 * C + tap) * O + o + u * VW, lanes);
            CK_UNROLL for (int t = 0; t < T; t++) {
                vf x = v_set1(rows[i * pitch + 2 * (q + t) * C + tap]);
                CK_UNROLL for (int u = 0; u < U; u++) out[t][u] = v_fma(x, w[u], out[t][u]);
            }
        }
    if (begins) CK_UNROLL for (int u = 0; u < U; u++) sums[MOMENT_SHIFT][u] = out[0][u];
    CK_UNROLL for (int t = 0; t < T; t++) CK_UNROLL for (int u = 0; u < U; u++) {
        ptrdiff_t to = y + (q + t) * O + o + u * VW;
        if (job->stream) v_stream(job->y + to, out[t][u]);
        else if (job->y16)
            store_bf16(job->y16 + to, lanes, out[t][u]);
        else
            store_n(job->y + to, lanes, out[t][u]);
        add_moments(out[t][u], sums[MOMENT_SHIFT][u], &sums[MOMENT_SUM][u], &sums[MOMENT_SQUARES][u]);
    }
}

// Computes one row of y. `begins` is 1 for the first row of a block.
CK_INLINE void stem_forward_row(const stem_job *job, const float *rows, ptrdiff_t o, ptrdiff_t lanes, ptrdiff_t y,
                                int begins, float *statistics, const int C, const int U) {
    const ptrdiff_t Q = job->plan->Q, O = job->plan->O;
    vf sums[MOMENT_COUNT][2] = {{v_zero(), v_zero()}, {v_zero(), v_zero()}, {v_zero(), v_zero()}};
    if (statistics && !begins)
        CK_UNROLL for (int u = 0; u < U; u++) sums[MOMENT_SHIFT][u] =
            load_n(statistics + MOMENT_SHIFT * O + o + u * VW, lanes);
    ptrdiff_t q = 0;
    for (; q + 4 <= Q; q += 4) stem_outputs(job, rows, q, o, lanes, y, begins && q == 0, sums, C, 4, U);
    for (; q < Q; q++) stem_outputs(job, rows, q, o, lanes, y, begins && q == 0, sums, C, 1, U);
    if (statistics == NULL) return;
    CK_UNROLL for (int u = 0; u < U; u++) {
        float *const at = statistics + o + u * VW;
        if (begins) store_n(at + MOMENT_SHIFT * O, lanes, sums[MOMENT_SHIFT][u]);
        add_n(at + MOMENT_SUM * O, lanes, sums[MOMENT_SUM][u]);
        add_n(at + MOMENT_SQUARES * O, lanes, sums[MOMENT_SQUARES][u]);
    }
}

// Adds one row of draw to dw of the kernel rows i ..< i + R. The sum of every tap is in a register.
CK_INLINE void stem_backward_row(const stem_job *job, const float *rows, ptrdiff_t pixel, vf image_scale, ptrdiff_t i,
                                 ptrdiff_t o, ptrdiff_t lanes, float *dw, const int C, const int R, const int U,
                                 const int is_bf16) {
    const ptrdiff_t O = job->plan->O, Q = job->plan->Q, pitch = (job->plan->W + 2) * C;
    const ck_gradient *dy = &job->dy;
    gradient_affine form[2];
    vf sums[12][2];
    CK_UNROLL for (int u = 0; u < U; u++) {
        form[u] = gradient_affine_at(dy, image_scale, o + u * VW, lanes, dy->a != NULL);
        CK_UNROLL for (int tap = 0; tap < 3 * C * R; tap++) sums[tap][u] = v_zero();
    }
    for (ptrdiff_t q = 0; q < Q; q++) {
        vf draw[2];
        CK_UNROLL for (int u = 0; u < U; u++) {
            const ptrdiff_t at = (pixel + q) * O + o + u * VW;
            draw[u] = v_mul(form[u].a, load_n(dy->dz + at, lanes)); // rounded before the other terms are added
            if (dy->a)
                draw[u] =
                    v_add(draw[u], v_fma(form[u].b, load_raw(raw_of_gradient(dy), at, lanes, is_bf16), form[u].c));
        }
        CK_UNROLL for (int r = 0; r < R; r++) CK_UNROLL for (int tap = 0; tap < 3 * C; tap++) {
            vf x = v_set1(rows[(i + r) * pitch + 2 * q * C + tap]);
            CK_UNROLL for (int u = 0; u < U; u++) sums[r * 3 * C + tap][u] =
                v_fma(x, draw[u], sums[r * 3 * C + tap][u]);
        }
    }
    CK_UNROLL for (int tap = 0; tap < 3 * C * R; tap++) CK_UNROLL for (int u = 0; u < U; u++)
        add_n(dw + (i * 3 * C + tap) * O + o + u * VW, lanes, sums[tap][u]);
}

CK_INLINE void stem_forward_image(const stem_job *job, ptrdiff_t n, float *rows, float *statistics, const int C) {
    const ck_stem *k = job->plan;
    for (ptrdiff_t p = 0; p < k->P; p++) {
        ptrdiff_t y = (n * k->P + p) * k->Q * k->O, o = 0;
        gather_rows(k, job->x + n * k->H * k->W * C, p, rows);
        const int begins = p == 0 && n % k->images_per_block == 0;
        for (; o + 2 * VW <= k->O; o += 2 * VW) stem_forward_row(job, rows, o, VW, y, begins, statistics, C, 2);
        for (; o < k->O; o += VW) stem_forward_row(job, rows, o, min(k->O - o, VW), y, begins, statistics, C, 1);
    }
}

CK_INLINE void stem_backward_image_as(const stem_job *job, ptrdiff_t n, float *rows, float *dw, const int C,
                                      const int is_bf16) {
    const ck_stem *k = job->plan;
    const int R = C == 1 ? 3 : 1, wide = STEM_VECTORS;
    const vf image_scale = v_set1(job->dy.image_scale ? job->dy.image_scale[n] : 1);
    for (ptrdiff_t p = 0; p < k->P; p++) {
        ptrdiff_t pixel = (n * k->P + p) * k->Q, o = 0;
        gather_rows(k, job->x + n * k->H * k->W * C, p, rows);
        for (; wide == 2 && o + 2 * VW <= k->O; o += 2 * VW)
            for (ptrdiff_t i = 0; i < 3; i += R)
                stem_backward_row(job, rows, pixel, image_scale, i, o, VW, dw, C, R, 2, is_bf16);
        for (; o < k->O; o += VW) {
            const ptrdiff_t lanes = min(k->O - o, VW);
            for (ptrdiff_t i = 0; i < 3; i += R)
                stem_backward_row(job, rows, pixel, image_scale, i, o, lanes, dw, C, R, 1, is_bf16);
        }
    }
}

CK_INLINE void stem_backward_image(const stem_job *job, ptrdiff_t n, float *rows, float *dw, const int C) {
    if (job->dy.raw16) stem_backward_image_as(job, n, rows, dw, C, 1);
    else
        stem_backward_image_as(job, n, rows, dw, C, 0);
}

CK_INLINE ptrdiff_t stem_block_end(const ck_stem *plan, ptrdiff_t block) {
    return min((block + 1) * plan->images_per_block, plan->N);
}

#define STEM_BY_CHANNELS(image, job, n, rows, out)                                                                     \
    switch ((job)->plan->C) {                                                                                          \
    case 1:                                                                                                            \
        image(job, n, rows, out, 1);                                                                                   \
        break;                                                                                                         \
    case 2:                                                                                                            \
        image(job, n, rows, out, 2);                                                                                   \
        break;                                                                                                         \
    case 3:                                                                                                            \
        image(job, n, rows, out, 3);                                                                                   \
        break;                                                                                                         \
    default:                                                                                                           \
        image(job, n, rows, out, 4);                                                                                   \
    }

void CK_NAME(stem_forward)(void *context, ptrdiff_t block, void *scratch) {
    const stem_job *job = context;
    const ck_stem *k = job->plan;
    float *statistics = job->statistics ? job->statistics + block * 3 * k->O : NULL;
    const ptrdiff_t first = block * k->images_per_block, end = stem_block_end(k, block);
    if (statistics) memset(statistics, 0, (size_t)(3 * k->O) * sizeof(float));
    for (ptrdiff_t n = first; n < end; n++) STEM_BY_CHANNELS(stem_forward_image, job, n, scratch, statistics)
    if (statistics) finish_moments(statistics, k->O, 0, k->O, (end - first) * k->P * k->Q);
    if (job->stream) stream_fence();
}

void CK_NAME(stem_backward)(void *context, ptrdiff_t block, void *scratch) {
    const stem_job *job = context;
    const ck_stem *k = job->plan;
    float *dw = job->dw + block * 9 * k->C * k->O;
    memset(dw, 0, (size_t)(9 * k->C * k->O) * sizeof(float));
    for (ptrdiff_t n = block * k->images_per_block; n < stem_block_end(k, block); n++)
        STEM_BY_CHANNELS(stem_backward_image, job, n, scratch, dw)
}
