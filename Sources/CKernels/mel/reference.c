// The reference implementation, which is simple and slow.
#include "logmel.h"
#include <math.h>

static double magnitude(const ck_logmel_config *c, const float *frame, ptrdiff_t bin) {
    double re = 0, im = 0;
    for (ptrdiff_t n = 0; n < c->window; n++) {
        double value = ck_periodic_hann(n, c->window) * (double)frame[n];
        double angle = 6.283185307179586476925 * (double)(bin * n % c->fft) / (double)c->fft;
        re += value * cos(angle);
        im -= value * sin(angle);
    }
    return sqrt(re * re + im * im);
}

void ck_logmel_reference(const ck_logmel_config *config, ptrdiff_t samples, const float *x, double *out) {
    for (ptrdiff_t start = 0; start + config->window <= samples; start += config->hop, out += config->mels) {
        for (ptrdiff_t m = 0; m < config->mels; m++) out[m] = 0;
        for (ptrdiff_t bin = 0; bin <= config->fft / 2; bin++) {
            double hertz = (double)bin * (double)config->sample_rate / (double)config->fft;
            double value = magnitude(config, x + start, bin);
            for (ptrdiff_t m = 0; m < config->mels; m++) out[m] += ck_mel_weight(config, m, hertz) * value;
        }
        for (ptrdiff_t m = 0; m < config->mels; m++) out[m] = log(out[m] > config->floor ? out[m] : config->floor);
    }
}
