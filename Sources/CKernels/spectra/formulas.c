// The formulas of the frequencies, of Slaney's mel scale and triangles, and of the reflection, in double.
#include "spectra.h"
#include <math.h>

double ck_spectra_hertz(const ck_spectra_config *c, ptrdiff_t k) {
    if (c->frequencies == CK_SPECTRA_LINEAR) return (double)k * (double)c->sample_rate / (double)c->window;
    return c->low_hertz * pow(c->high_hertz / c->low_hertz, (double)k / (double)c->bands);
}

double ck_spectra_angle(const ck_spectra_config *c, double hertz, ptrdiff_t n) {
    return 6.283185307179586476925 * fmod(hertz * (double)n / (double)c->sample_rate, 1.0);
}

// Up to 1000 Hz = 15 mel, 3 mel are 200 Hz. Above, 27 mel are a factor of 6.4.
double ck_slaney_mel(double hertz) { return hertz < 1000 ? 3 * hertz / 200 : 15 + 27 * log(hertz / 1000) / log(6.4); }

double ck_slaney_hertz(double mel) { return mel < 15 ? 200 * mel / 3 : 1000 * pow(6.4, (mel - 15) / 27); }

// The weight of a triangle: the minimum of its rising and its falling line. Its corners are three consecutive points of
// bands + 2 points that are evenly spaced in mel. Its height is such that its area is 1.
double ck_slaney_weight(const ck_spectra_config *c, ptrdiff_t band, double hertz) {
    double low = ck_slaney_mel(c->low_hertz), step = (ck_slaney_mel(c->high_hertz) - low) / (double)(c->bands + 1);
    double foot = ck_slaney_hertz(low + (double)band * step), peak = ck_slaney_hertz(low + (double)(band + 1) * step);
    double end = ck_slaney_hertz(low + (double)(band + 2) * step);
    double rise = (hertz - foot) / (peak - foot), fall = (end - hertz) / (end - peak);
    double weight = rise < fall ? rise : fall;
    return weight > 0 ? weight * 2 / (end - foot) : 0;
}

ptrdiff_t ck_reflected(ptrdiff_t i, ptrdiff_t samples) {
    if (i < 0) return -i;
    return i < samples ? i : 2 * (samples - 1) - i;
}
