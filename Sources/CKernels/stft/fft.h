// The tables of a real Fourier transform of a power-of-two size N, done as a complex one of N/2 points:
// z(j) = x(2j) + i·x(2j + 1). README.md shows the way of the data.
#ifndef CK_STFT_FFT_H
#define CK_STFT_FFT_H
#include "ck_base.h"

typedef struct ck_fft {
    ptrdiff_t points; // N/2, a power of two >= 8
    // For the passes n = points, points/4, … > 8: (Re, Im) of W_n^j, W_n^2j, W_n^3j for j in 0 ..< n/4, where
    // W_n = exp(−2πi/n); one pass after another.
    float *passes;
    float *unpack;       // (Re, Im) of exp(−2πi·k/N) for k in 0 … points/2
    ptrdiff_t *position; // where the passes, which work in place, leave the complex output k
} ck_fft;

// The tables are one allocation, which `passes` heads; free(passes) releases it.
ck_status ck_fft_create(ptrdiff_t size, ck_fft *fft);
#endif
