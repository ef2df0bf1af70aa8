// The reference implementation, which is simple and slow.
#include "spectra.h"
#include <math.h>

// Re and Im of S at the frequency `hertz`, for the frame around sample `centre`
static void fourier_sum(const ck_spectra_config *c, double hertz, ptrdiff_t centre, ptrdiff_t samples, const float *x,
                        double sum[2]) {
    sum[0] = sum[1] = 0;
    for (ptrdiff_t n = 0; n < c->window; n++) {
        double value = (double)x[ck_reflected(centre + n - c->window / 2, samples)] * ck_periodic_hann(n, c->window);
        double angle = ck_spectra_angle(c, hertz, n);
        sum[0] += value * cos(angle);
        sum[1] -= value * sin(angle);
    }
}

static double power(const double s[2]) { return s[0] * s[0] + s[1] * s[1]; }
static double decibels(double power, double floor) { return 10 * log10(power > floor ? power : floor); }

void ck_spectra_reference(const ck_spectra_config *config, ptrdiff_t samples, const float *x, double *out,
                          double *spectrum) {
    const ck_spectra_config *c = config;
    if (samples <= c->window / 2) return;
    for (ptrdiff_t centre = 0; centre <= samples; centre += c->hop, out += c->bands * CK_SPECTRA_CHANNELS) {
        double s[2];
        for (ptrdiff_t k = 0; k < c->bands; k++) {
            fourier_sum(c, ck_spectra_hertz(c, k), centre, samples, x, s);
            double *at = out + k * CK_SPECTRA_CHANNELS;
            at[0] = decibels(power(s), c->magnitude_floor * c->magnitude_floor) + c->magnitude_offset;
            at[1] = atan2(s[1], s[0]);
            at[2] = 0;
            if (spectrum == NULL) continue;
            *spectrum++ = s[0];
            *spectrum++ = s[1];
        }
        for (ptrdiff_t bin = 0; bin <= c->window / 2; bin++) {
            double hertz = (double)bin * (double)c->sample_rate / (double)c->window;
            fourier_sum(c, hertz, centre, samples, x, s);
            for (ptrdiff_t k = 0; k < c->bands; k++)
                out[k * CK_SPECTRA_CHANNELS + 2] += ck_slaney_weight(c, k, hertz) * power(s);
        }
        for (ptrdiff_t k = 0; k < c->bands; k++) {
            double *mel = &out[k * CK_SPECTRA_CHANNELS + 2];
            *mel = decibels(*mel, c->mel_floor) + c->mel_offset;
        }
    }
}
