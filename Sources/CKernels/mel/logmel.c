// Set-up of the log-mel context, and dispatch.
#include "logmel.h"
#include "../base/denormals.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"
#include <float.h>
#include <stdlib.h>

static int is_valid(const ck_logmel_config *c) {
    return c->sample_rate >= 1 && c->window >= 1 && c->hop >= 1 && c->window <= c->fft && c->mels >= 1 &&
           c->low_hertz >= 0 && c->low_hertz < c->high_hertz && 2 * c->high_hertz <= (double)c->sample_rate &&
           c->floor >= (double)FLT_MIN && c->floor <= (double)FLT_MAX;
}

static double bin_hertz(const ck_logmel_config *c, ptrdiff_t bin) {
    return (double)bin * (double)c->sample_rate / (double)c->fft;
}

// Computes the filters. A bin is in two triangles at most, so that fft + 2 floats are enough for the weights of all
// triangles.
static ck_status make_filters(ck_logmel *context) {
    const ck_logmel_config *c = &context->config;
    ptrdiff_t bins = c->fft / 2 + 1;
    float *weights = context->weights;
    for (ptrdiff_t m = 0; m < c->mels; m++) {
        ptrdiff_t first = 0;
        while (first < bins && ck_mel_weight(c, m, bin_hertz(c, first)) <= 0) first++;
        ck_mel_filter *filter = &context->filters[m];
        *filter = (ck_mel_filter){first, 0, weights};
        for (ptrdiff_t bin = first; bin < bins; bin++) {
            double weight = ck_mel_weight(c, m, bin_hertz(c, bin));
            if (weight <= 0) break;
            *weights++ = (float)weight;
            filter->count++;
        }
        if (filter->count == 0) return CK_INVALID_SHAPE;
    }
    return CK_OK;
}

ck_status ck_logmel_create(const ck_logmel_config *config, ck_logmel **result) {
    *result = NULL;
    if (!is_valid(config)) return CK_INVALID_SHAPE;
    ck_logmel *context = calloc(1, sizeof *context);
    if (context == NULL) return CK_OUT_OF_MEMORY;
    context->config = *config;
    context->pairs = (config->window + 1) / 2;
    ck_status status = ck_fft_create(config->fft, &context->fft);
    if (status == CK_OK) {
        context->window = calloc((size_t)(2 * context->pairs), sizeof(float));
        context->place = malloc((size_t)(2 * context->pairs) * sizeof(int32_t));
        context->filters = calloc((size_t)config->mels, sizeof(ck_mel_filter));
        context->weights = malloc((size_t)(config->fft + 2) * sizeof(float));
        if (context->window == NULL || context->place == NULL || context->filters == NULL || context->weights == NULL)
            status = CK_OUT_OF_MEMORY;
    }
    if (status == CK_OK) {
        for (ptrdiff_t n = 0; n < config->window; n++) context->window[n] = (float)ck_periodic_hann(n, config->window);
        // The pitch is odd, so that consecutive phases are in different cache sets.
        context->pitch = (CK_LOGMEL_MAX_LANES + (2 * context->pairs - 1) / config->hop) | 1;
        for (ptrdiff_t n = 0; n < 2 * context->pairs; n++)
            context->place[n] = (int32_t)(n % config->hop * context->pitch + n / config->hop);
        status = make_filters(context);
    }
    if (status != CK_OK) {
        ck_logmel_destroy(context);
        return status;
    }
    *result = context;
    return CK_OK;
}

void ck_logmel_destroy(ck_logmel *context) {
    if (context == NULL) return;
    free(context->fft.passes);
    free(context->window);
    free(context->place);
    free(context->filters);
    free(context->weights);
    free(context);
}

ptrdiff_t ck_logmel_frames(const ck_logmel *context, ptrdiff_t samples) {
    const ck_logmel_config *c = &context->config;
    return samples < c->window ? 0 : (samples - c->window) / c->hop + 1;
}

ptrdiff_t ck_logmel_samples(const ck_logmel *context, ptrdiff_t frames) {
    return context->config.window + (frames - 1) * context->config.hop;
}

ck_logmel_layout ck_logmel_layout_for(const ck_logmel *context, ptrdiff_t lanes) {
    ptrdiff_t window = 2 * context->pairs, hop = context->config.hop;
    ptrdiff_t phases = min(window, hop), columns = lanes + (window - 1) / hop;
    ptrdiff_t samples = round_up(phases * context->pitch, 16);
    return (ck_logmel_layout){columns, phases, samples, 2 * lanes * context->fft.points,
                              lanes * (context->fft.points + 1)};
}

ptrdiff_t ck_logmel_scratch_bytes(const ck_logmel *context) {
    ck_logmel_layout l = ck_logmel_layout_for(context, CK_LOGMEL_MAX_LANES);
    return (l.samples + l.transform + l.magnitudes) * (ptrdiff_t)sizeof(float) + 64;
}

typedef void run_function(const ck_logmel *, ptrdiff_t, const float *, float *, float *);
CK_KERNEL(run_function, ck_logmel_run)

void ck_logmel_run(const ck_logmel *context, ptrdiff_t samples, const float *x, float *out, void *scratch) {
    float *aligned = (float *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    uint64_t mode = ck_flush_denormals();
    CK_ACTIVE(ck_logmel_run)(context, samples, x, out, aligned);
    ck_restore_denormals(mode);
}
