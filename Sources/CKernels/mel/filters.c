// The formulas of the window and the triangles, in double.
#include "logmel.h"
#include <math.h>

double ck_periodic_hann(ptrdiff_t n, ptrdiff_t window) {
    return 0.5 - 0.5 * cos(6.283185307179586476925 * (double)n / (double)window);
}

double ck_mel_of_hertz(double hertz) { return 1127.0 * log(1.0 + hertz / 700.0); }

// The weight of a triangle. The lower end, the peak and the upper end of a triangle are three consecutive points of
// mels + 2 evenly spaced points on the mel scale.
double ck_mel_weight(const ck_logmel_config *config, ptrdiff_t band, double hertz) {
    double low = ck_mel_of_hertz(config->low_hertz), high = ck_mel_of_hertz(config->high_hertz);
    double step = (high - low) / (double)(config->mels + 1);
    // 0 at the lower end, 1 at the peak, 2 at the upper end
    double place = (ck_mel_of_hertz(hertz) - low) / step - (double)band;
    double weight = place < 1 ? place : 2 - place;
    return weight > 0 ? weight : 0;
}
