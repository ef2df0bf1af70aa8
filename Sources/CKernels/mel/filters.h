// Declarations that the log-mel spectrum and `../spectra` share: the window, and mel bands as sequences of weighted
// bins.
#ifndef CK_MEL_FILTERS_H
#define CK_MEL_FILTERS_H
#include "ck_base.h"

// A triangle: the weights of the bins first ..< first + count.
typedef struct {
    ptrdiff_t first, count;
    const float *weights;
} ck_mel_filter;

// The periodic Hann window in double: 0.5 − 0.5·cos(2π·n / window)
double ck_periodic_hann(ptrdiff_t n, ptrdiff_t window);
#endif
