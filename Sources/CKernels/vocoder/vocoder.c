// Set-up of the phase vocoder, the plan of its frames, and dispatch.
#include "vocoder.h"
#include "../base/denormals.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"
#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

double ck_vocoder_clamped(double ratio) {
    if (!(ratio > CK_VOCODER_LOWEST_RATIO)) return CK_VOCODER_LOWEST_RATIO;
    return ratio < CK_VOCODER_HIGHEST_RATIO ? ratio : CK_VOCODER_HIGHEST_RATIO;
}

ck_status ck_vocoder_check_ratio(double ratio) { return ratio == ck_vocoder_clamped(ratio) ? CK_OK : CK_INVALID_SHAPE; }

double ck_vocoder_window(ptrdiff_t n, ptrdiff_t window) { return 0.5 - 0.5 * cos(2 * PI * (double)n / (double)window); }

double ck_vocoder_overlap(const ck_vocoder_config *config) {
    return 0.375 * (double)config->window / (double)config->hop;
}

// The modified Bessel function I₀(x) = Σ_k ((x/2)^k / k!)²
static double bessel(double x) {
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-18 * sum; k++) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

// With β = 7, images are attenuated by 70 dB, and the transition band is 4.5 % of the band on either side of its edge.
double ck_vocoder_filter(double distance) {
    double place = 2 * distance / CK_VOCODER_TAPS, beta = 7;
    if (place <= -1 || place >= 1) return 0;
    double sinc = distance == 0 ? 1 : sin(PI * distance) / (PI * distance);
    return sinc * bessel(beta * sqrt(1 - place * place)) / bessel(beta);
}

static int is_valid(const ck_vocoder_config *c) {
    if (c->window < 64 || c->window > 8192 || (c->window & (c->window - 1)) != 0) return 0;
    return c->hop >= 1 && (c->hop & (c->hop - 1)) == 0 && c->window >= 4 * c->hop && c->window <= 32 * c->hop;
}

ck_status ck_vocoder_create(const ck_vocoder_config *config, ck_vocoder **result) {
    *result = NULL;
    if (!is_valid(config)) return CK_INVALID_SHAPE;
    ck_vocoder *context = calloc(1, sizeof *context);
    if (context == NULL) return CK_OUT_OF_MEMORY;
    ptrdiff_t window = config->window, filter = (CK_VOCODER_PHASES + 1) * CK_VOCODER_TAPS;
    context->config = *config;
    ck_status status = ck_fft_create(2 * window, &context->forward);
    if (status == CK_OK) status = ck_fft_create(window, &context->inverse);
    if (status == CK_OK) {
        // The rows of the filter are multiples of a cache line. Because they are aligned, no load touches two cache
        // lines.
        size_t bytes = ((size_t)(2 * window + filter) * sizeof(float) + 63) / 64 * 64;
        context->analysis = aligned_alloc(64, bytes);
        if (context->analysis == NULL) status = CK_OUT_OF_MEMORY;
    }
    if (status != CK_OK) {
        ck_vocoder_destroy(context);
        return status;
    }
    context->synthesis = context->analysis + window;
    context->filter = context->synthesis + window;
    double gain = 1 / (0.5 * (double)window * ck_vocoder_overlap(config));
    for (ptrdiff_t n = 0; n < window; n++) {
        context->analysis[n] = (float)(0.5 * ck_vocoder_window(n, window));
        context->synthesis[n] = (float)(gain * ck_vocoder_window(n, window));
    }
    for (ptrdiff_t phase = 0; phase <= CK_VOCODER_PHASES; phase++)
        for (ptrdiff_t tap = 0; tap < CK_VOCODER_TAPS; tap++)
            context->filter[phase * CK_VOCODER_TAPS + tap] =
                (float)ck_vocoder_filter((double)(tap - CK_VOCODER_TAPS / 2 + 1) - (double)phase / CK_VOCODER_PHASES);
    *result = context;
    return CK_OK;
}

void ck_vocoder_destroy(ck_vocoder *context) {
    if (context == NULL) return;
    free(context->forward.passes);
    free(context->inverse.passes);
    free(context->analysis);
    free(context);
}

// The plan of all frames that overlap the samples first ..< first + count. The first frame ends with sample first + hop
// − 1.
ck_vocoder_plan ck_vocoder_stretch_plan(const ck_vocoder_config *c, double ratio, ptrdiff_t first, ptrdiff_t count) {
    return (ck_vocoder_plan){
        ratio, first, count, (count + c->window - 2) / c->hop, first - c->window / 2 + c->hop, c->window / 2 + 1};
}

ck_vocoder_plan ck_vocoder_shift_plan(const ck_vocoder_config *c, double ratio, ptrdiff_t first, ptrdiff_t count) {
    ptrdiff_t before = CK_VOCODER_TAPS / 2 - 1;
    ptrdiff_t from = (ptrdiff_t)floor((double)first * ratio) - before;
    ptrdiff_t to = (ptrdiff_t)floor((double)(first + count - 1) * ratio) - before + CK_VOCODER_TAPS;
    ck_vocoder_plan plan = ck_vocoder_stretch_plan(c, ratio, from, to - from);
    if (ratio > 1) plan.bins = (ptrdiff_t)((double)(c->window / 2) / ratio) - CK_VOCODER_GUARD;
    return plan;
}

ptrdiff_t ck_vocoder_place(const ck_vocoder_config *c, const ck_vocoder_plan *plan, ptrdiff_t m) {
    return (ptrdiff_t)floor((double)(plan->centre + m * c->hop) / plan->ratio + 0.5);
}

ck_vocoder_layout ck_vocoder_layout_for(const ck_vocoder_config *c, const ck_vocoder_plan *plan) {
    ptrdiff_t last = plan->frames - 1, pitch = c->window / 2 + 2 * CK_VOCODER_MAX_LANES;
    ptrdiff_t input = ck_vocoder_place(c, plan, last) - ck_vocoder_place(c, plan, 0) + c->hop + c->window;
    return (ck_vocoder_layout){pitch, round_up(input, 16), last * c->hop + c->window,
                               2 * CK_VOCODER_MAX_LANES * c->window, 4 * (CK_VOCODER_MAX_LANES + 1) + 5};
}

// An upper bound for all ratios. The number of frames is largest for a shift with the highest ratio. The input is
// longest for the lowest ratio: for a stretch, or for a shift of few samples, which also needs the taps of the
// resampler. For ratios in between, the positions of the frames can add less than one hop at either end. This is
// counted twice, and one vector is added.
ptrdiff_t ck_vocoder_scratch_bytes(const ck_vocoder *context, ptrdiff_t count) {
    const ck_vocoder_config *c = &context->config;
    ck_vocoder_plan stretch = ck_vocoder_stretch_plan(c, CK_VOCODER_LOWEST_RATIO, 0, count + 1);
    ck_vocoder_plan low = ck_vocoder_shift_plan(c, CK_VOCODER_LOWEST_RATIO, 0, count + 1);
    ck_vocoder_plan high = ck_vocoder_shift_plan(c, CK_VOCODER_HIGHEST_RATIO, 0, count + 1);
    ck_vocoder_layout a = ck_vocoder_layout_for(c, &stretch), b = ck_vocoder_layout_for(c, &low);
    ck_vocoder_layout most = ck_vocoder_layout_for(c, &high);
    ptrdiff_t input = max(a.input, b.input) + 4 * c->hop + 2 * CK_VOCODER_MAX_LANES;
    return (input + most.output + most.lanes + most.rows * most.pitch) * (ptrdiff_t)sizeof(float) + 64;
}

typedef void render_function(const ck_vocoder *, const ck_vocoder_plan *, ptrdiff_t, const float *, float *);
typedef void resample_function(const ck_vocoder *, double, ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, float *);
CK_KERNEL(render_function, ck_vocoder_render)
CK_KERNEL(resample_function, ck_vocoder_resample)

static float *aligned(void *scratch) { return (float *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63); }

// The address of sample plan->first in the sum of the frames. The sum is at the beginning of the scratch memory, and
// its first sample is the first sample of the first frame.
static const float *at(const ck_vocoder_config *c, const ck_vocoder_plan *plan, const float *scratch) {
    return scratch + (plan->first - (plan->centre - c->window / 2));
}

void ck_vocoder_stretch(const ck_vocoder *context, double ratio, ck_vocoder_range range, const float *x, float *out,
                        void *scratch) {
    const ptrdiff_t first = range.first, count = range.count;
    if (count <= 0) return;
    ck_vocoder_plan plan = ck_vocoder_stretch_plan(&context->config, ck_vocoder_clamped(ratio), first, count);
    uint64_t mode = ck_flush_denormals();
    CK_ACTIVE(ck_vocoder_render)(context, &plan, range.samples, x, aligned(scratch));
    ck_restore_denormals(mode);
    const float *y = at(&context->config, &plan, aligned(scratch));
    for (ptrdiff_t i = 0; i < count; i++) out[i] = y[i];
}

void ck_vocoder_shift(const ck_vocoder *context, double ratio, ck_vocoder_range range, const float *x, float *out,
                      void *scratch) {
    const ptrdiff_t first = range.first, count = range.count;
    if (count <= 0) return;
    ratio = ck_vocoder_clamped(ratio);
    ck_vocoder_plan plan = ck_vocoder_shift_plan(&context->config, ratio, first, count);
    uint64_t mode = ck_flush_denormals();
    CK_ACTIVE(ck_vocoder_render)(context, &plan, range.samples, x, aligned(scratch));
    const float *y = at(&context->config, &plan, aligned(scratch));
    CK_ACTIVE(ck_vocoder_resample)(context, ratio, first, count, y, plan.first, out);
    ck_restore_denormals(mode);
}
