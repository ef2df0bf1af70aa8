// The reference implementation, which is simple and slow: direct Fourier sums in double, one frame after another.
#include "vocoder.h"
#include <math.h>
#include <stdlib.h>

typedef struct {
    double re, im;
} complex_number;

typedef struct {
    const ck_vocoder_config *config;
    const ck_vocoder_plan *plan;
    ptrdiff_t samples;
    const float *x;
    complex_number *root; // (N): exp(−2πi·n / N)
    complex_number *last, *now, *before, *turn, *next;
    double *window, *windowed; // (N)
} definition;

static double sample(const definition *d, ptrdiff_t i) { return i >= 0 && i < d->samples ? (double)d->x[i] : 0; }

static complex_number times(complex_number a, complex_number b) {
    return (complex_number){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
static complex_number conjugate(complex_number a) { return (complex_number){a.re, -a.im}; }
static double power(complex_number a) { return a.re * a.re + a.im * a.im; }

// X(u, k) = Σ_n w(n)·x(u − N/2 + n)·exp(−2πi·k·n / N)
static void analyse(const definition *d, ptrdiff_t u, complex_number *spectrum) {
    ptrdiff_t N = d->config->window;
    for (ptrdiff_t n = 0; n < N; n++) d->windowed[n] = d->window[n] * sample(d, u - N / 2 + n);
    for (ptrdiff_t k = 0; k <= N / 2; k++) {
        complex_number sum = {0, 0};
        for (ptrdiff_t n = 0; n < N; n++) {
            sum.re += d->windowed[n] * d->root[k * n % N].re;
            sum.im += d->windowed[n] * d->root[k * n % N].im;
        }
        spectrum[k] = sum;
    }
}

static double mean_power(const definition *d, ptrdiff_t from, ptrdiff_t to) {
    double sum = 0;
    for (ptrdiff_t i = from; i < to; i++) sum += sample(d, i) * sample(d, i);
    return sum / (double)(to - from);
}

// Returns 1 if the samples that are nearer to the middle of frame m than to the middle of the neighboring frames are
// much louder than the samples before them.
static int is_onset(const definition *d, ptrdiff_t m) {
    ptrdiff_t last = ck_vocoder_place(d->config, d->plan, m - 1), next = ck_vocoder_place(d->config, d->plan, m + 1);
    ptrdiff_t now = ck_vocoder_place(d->config, d->plan, m), from = now - (now - last) / 2,
              to = next - (next - now) / 2;
    return mean_power(d, from, to) > CK_VOCODER_ONSET * mean_power(d, from - d->config->window / 4, from);
}

static int is_peak(const definition *d, ptrdiff_t k) {
    for (ptrdiff_t other = k - 2; other <= k + 2; other++)
        if (other >= 0 && other < d->plan->bins && other != k && power(d->now[other]) >= power(d->now[k])) return 0;
    return 1;
}

// turn := `next` at the nearest peak. If two peaks are equally near, the one with the higher frequency is used. If
// there is no peak, turn := 1.
static void lock(const definition *d) {
    for (ptrdiff_t k = 0; k < d->plan->bins; k++) d->turn[k] = (complex_number){1, 0};
    for (ptrdiff_t p = 0, last = -1; p < d->plan->bins; p++) {
        if (!is_peak(d, p)) continue;
        for (ptrdiff_t k = last < 0 ? 0 : (last + p + 1) / 2; k < d->plan->bins; k++) d->turn[k] = d->next[p];
        last = p;
    }
}

static void turn_frame(const definition *d, int anew) {
    for (ptrdiff_t k = 0; k < d->plan->bins; k++) {
        complex_number turned = times(d->turn[k], times(d->last[k], conjugate(d->before[k])));
        double length = sqrt(power(turned));
        d->next[k] = length > 1e-15 ? (complex_number){turned.re / length, turned.im / length} : (complex_number){1, 0};
    }
    lock(d);
    for (ptrdiff_t k = 0; anew && k < d->plan->bins; k++) d->turn[k] = (complex_number){1, 0};
}

// out(n) += w(n) / Σw² · Re 1/N Σ_k Y(k)·exp(2πi·k·n / N) over all N bins. The bins above N/2 are the conjugates of the
// bins below N/2.
static void synthesize(const definition *d, double *out) {
    ptrdiff_t N = d->config->window;
    for (ptrdiff_t n = 0; n < N; n++) {
        double sum = 0;
        for (ptrdiff_t k = 0; k < d->plan->bins; k++) {
            complex_number y = times(d->now[k], d->turn[k]);
            double part = y.re * d->root[k * n % N].re + y.im * d->root[k * n % N].im;
            sum += k == 0 || k == N / 2 ? y.re * d->root[k * n % N].re : 2 * part;
        }
        out[n] += d->window[n] * sum / ((double)N * ck_vocoder_overlap(d->config));
    }
}

// Computes the sum of the frames. y has frames · hop + window samples, and begins at the beginning of the first frame.
static ck_status render(const ck_vocoder_config *c, const ck_vocoder_plan *plan, ptrdiff_t samples, const float *x,
                        double *y) {
    ptrdiff_t N = c->window, bins = N / 2 + 1;
    complex_number *memory = calloc((size_t)(2 * N + 5 * bins), sizeof *memory);
    if (memory == NULL) return CK_OUT_OF_MEMORY;
    complex_number *at = memory + N;
    definition d = {c,
                    plan,
                    samples,
                    x,
                    memory,
                    at,
                    at + bins,
                    at + 2 * bins,
                    at + 3 * bins,
                    at + 4 * bins,
                    (double *)(at + 5 * bins),
                    (double *)(at + 5 * bins) + N};
    for (ptrdiff_t n = 0; n < N; n++) {
        double angle = 6.283185307179586476925 * (double)n / (double)N;
        d.root[n] = (complex_number){cos(angle), -sin(angle)};
        d.window[n] = ck_vocoder_window(n, N);
    }
    for (ptrdiff_t m = 0; m < plan->frames; m++) {
        ptrdiff_t u = ck_vocoder_place(c, plan, m);
        analyse(&d, u, d.now);
        analyse(&d, u - c->hop, d.before);
        turn_frame(&d, m == 0 || is_onset(&d, m));
        synthesize(&d, y + m * c->hop);
        complex_number *last = d.last;
        d.last = d.now;
        d.now = last;
    }
    free(memory);
    return CK_OK;
}

ck_status ck_vocoder_stretch_reference(const ck_vocoder_config *c, double ratio, ck_vocoder_range range, const float *x,
                                       double *out) {
    const ptrdiff_t first = range.first, count = range.count;
    ck_vocoder_plan plan = ck_vocoder_stretch_plan(c, ck_vocoder_clamped(ratio), first, count);
    double *y = calloc((size_t)(plan.frames * c->hop + c->window), sizeof *y);
    ck_status status = y == NULL ? CK_OUT_OF_MEMORY : render(c, &plan, range.samples, x, y);
    for (ptrdiff_t i = 0; status == CK_OK && i < count; i++) out[i] = y[first + i - (plan.centre - c->window / 2)];
    free(y);
    return status;
}

ck_status ck_vocoder_shift_reference(const ck_vocoder_config *c, double ratio, ck_vocoder_range range, const float *x,
                                     double *out) {
    const ptrdiff_t first = range.first, count = range.count;
    ratio = ck_vocoder_clamped(ratio);
    ck_vocoder_plan plan = ck_vocoder_shift_plan(c, ratio, first, count);
    double *y = calloc((size_t)(plan.frames * c->hop + c->window), sizeof *y);
    ck_status status = y == NULL ? CK_OUT_OF_MEMORY : render(c, &plan, range.samples, x, y);
    for (ptrdiff_t i = 0; status == CK_OK && i < count; i++) {
        double place = (double)(first + i) * ratio;
        ptrdiff_t whole = (ptrdiff_t)floor(place);
        out[i] = 0;
        for (ptrdiff_t tap = whole - CK_VOCODER_TAPS / 2 + 1; tap <= whole + CK_VOCODER_TAPS / 2; tap++)
            out[i] += ck_vocoder_filter((double)tap - place) * y[tap - (plan.centre - c->window / 2)];
    }
    free(y);
    return status;
}
