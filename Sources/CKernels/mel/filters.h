// What log-mel and the spectra of `../spectra` share: the window, and bands as runs of weighted bins.
#ifndef CK_MEL_FILTERS_H
#define CK_MEL_FILTERS_H
#include "ck_base.h"

// One triangle: weights for the bins first ..< first + count.
typedef struct {
    ptrdiff_t first, count;
    const float *weights;
} ck_mel_filter;

// 0.5 − 0.5·cos(2π·n / window), in double
double ck_periodic_hann(ptrdiff_t n, ptrdiff_t window);
#endif
