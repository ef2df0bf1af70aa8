// Set-up of the context of CLAR spectra, and dispatch.
#include "spectra.h"
#include "../base/denormals.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_BANDS = 4096, MOST_HOP = 1 << 24 };

static int is_within(double value, double least, double most) { return value >= least && value <= most; }

ck_status ck_spectra_validate(const ck_spectra_config *c) {
    if (c->sample_rate < 1 || c->hop < 1 || c->hop > MOST_HOP || c->bands < 1 || c->bands > MOST_BANDS)
        return CK_INVALID_SHAPE;
    if (c->window < 16 || c->window > 65536 || (c->window & (c->window - 1)) != 0) return CK_INVALID_SHAPE;
    if (c->frequencies != CK_SPECTRA_LOGARITHMIC && c->frequencies != CK_SPECTRA_LINEAR) return CK_INVALID_SHAPE;
    int is_linear = c->frequencies == CK_SPECTRA_LINEAR;
    int holds = is_linear ? c->low_hertz >= 0 && c->bands <= c->window / 2 + 1 : c->low_hertz > 0;
    holds = holds && c->low_hertz < c->high_hertz && 2 * c->high_hertz <= (double)c->sample_rate;
    holds = holds && is_within(c->magnitude_floor, 1e-18, 1e18) &&
            is_within(c->mel_floor, (double)FLT_MIN, (double)FLT_MAX) && is_within(c->magnitude_offset, -1e6, 1e6) &&
            is_within(c->mel_offset, -1e6, 1e6);
    return holds ? CK_OK : CK_INVALID_SHAPE;
}

// Computes the filters. A bin is in two triangles at most, so that window + 2 floats are enough for the weights of all
// triangles.
static void make_filters(ck_spectra *context) {
    const ck_spectra_config *c = &context->config;
    float *weights = context->weights;
    double step = (double)c->sample_rate / (double)c->window;
    for (ptrdiff_t k = 0; k < c->bands; k++) {
        ck_mel_filter *filter = &context->filters[k];
        *filter = (ck_mel_filter){0, 0, weights};
        for (ptrdiff_t bin = 0; bin <= c->window / 2; bin++) {
            double weight = ck_slaney_weight(c, k, (double)bin * step);
            if (weight <= 0 && filter->count > 0) break;
            if (weight <= 0) continue;
            if (filter->count++ == 0) filter->first = bin;
            *weights++ = (float)weight;
        }
    }
}

static void make_waves(ck_spectra *context) {
    const ck_spectra_config *c = &context->config;
    ptrdiff_t half = c->window / 2;
    for (ptrdiff_t k = 0; k < c->bands; k++) {
        double hertz = ck_spectra_hertz(c, k);
        for (ptrdiff_t j = 0; j < half; j++) {
            double angle = ck_spectra_angle(c, hertz, j);
            ptrdiff_t at = (k / CK_SPECTRA_BLOCK * half + j) * CK_SPECTRA_BLOCK + k % CK_SPECTRA_BLOCK;
            context->cosines[at] = (float)cos(angle);
            context->sines[at] = (float)sin(angle);
        }
        context->turn[2 * k] = (float)cos(ck_spectra_angle(c, hertz, half));
        context->turn[2 * k + 1] = (float)sin(ck_spectra_angle(c, hertz, half));
    }
}

ck_status ck_spectra_create(const ck_spectra_config *config, ck_spectra **result) {
    *result = NULL;
    ck_status status = ck_spectra_validate(config);
    if (status != CK_OK) return status;
    ck_spectra *context = calloc(1, sizeof *context);
    if (context == NULL) return CK_OUT_OF_MEMORY;
    ptrdiff_t half = config->window / 2;
    context->config = *config;
    context->padded = round_up(config->bands, CK_SPECTRA_BLOCK);
    status = ck_fft_create(config->window, &context->fft);
    if (status == CK_OK) {
        size_t waves = (size_t)(context->padded * half) * sizeof(float);
        context->window = malloc((size_t)config->window * sizeof(float));
        context->cosines = calloc(1, waves); // unused frequencies of the last block are 0
        context->sines = calloc(1, waves);
        context->turn = malloc((size_t)(2 * config->bands) * sizeof(float));
        context->filters = malloc((size_t)config->bands * sizeof(ck_mel_filter));
        context->weights = malloc((size_t)(config->window + 2) * sizeof(float));
        if (context->window == NULL || context->cosines == NULL || context->sines == NULL || context->turn == NULL ||
            context->filters == NULL || context->weights == NULL)
            status = CK_OUT_OF_MEMORY;
    }
    if (status != CK_OK) {
        ck_spectra_destroy(context);
        return status;
    }
    for (ptrdiff_t n = 0; n < config->window; n++) context->window[n] = (float)ck_periodic_hann(n, config->window);
    make_waves(context);
    make_filters(context);
    *result = context;
    return CK_OK;
}

void ck_spectra_destroy(ck_spectra *context) {
    if (context == NULL) return;
    free(context->fft.passes);
    free(context->window);
    free(context->cosines);
    free(context->sines);
    free(context->turn);
    free(context->filters);
    free(context->weights);
    free(context);
}

ptrdiff_t ck_spectra_frames(const ck_spectra *context, ptrdiff_t samples) {
    const ck_spectra_config *c = &context->config;
    return samples <= c->window / 2 ? 0 : 1 + samples / c->hop;
}

ck_spectra_layout ck_spectra_layout_for(const ck_spectra *context, ptrdiff_t lanes) {
    const ck_spectra_config *c = &context->config;
    ptrdiff_t group = CK_SPECTRA_WIDE * lanes;
    return (ck_spectra_layout){
        .piece = round_up((group - 1) * c->hop + c->window, 16),
        .folded = c->window / 2 * group,
        .transform = c->window * lanes,
        .magnitudes = round_up((c->window / 2 + 1) * lanes, 16),
        .product = context->padded * group,
        .mels = round_up(c->bands * group, 16),
    };
}

ptrdiff_t ck_spectra_scratch_bytes(const ck_spectra *context) {
    ck_spectra_layout l = ck_spectra_layout_for(context, CK_SPECTRA_MAX_LANES);
    ptrdiff_t floats = l.piece + 2 * l.folded + l.transform + l.magnitudes + 2 * l.product + l.mels;
    return floats * (ptrdiff_t)sizeof(float) + 64;
}

typedef void run_function(const ck_spectra *, ptrdiff_t, const float *, float *, float *);
CK_KERNEL(run_function, ck_spectra_run)

void ck_spectra_run(const ck_spectra *context, ptrdiff_t samples, const float *x, float *out, void *scratch) {
    float *aligned = (float *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    uint64_t mode = ck_flush_denormals();
    CK_ACTIVE(ck_spectra_run)(context, samples, x, out, aligned);
    ck_restore_denormals(mode);
}
