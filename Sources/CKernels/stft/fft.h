// The tables of a real Fourier transform whose size N is a power of two. It is computed as a complex transform of N/2
// points, z(j) = x(2j) + i·x(2j + 1). README.md shows the steps.
#ifndef CK_STFT_FFT_H
#define CK_STFT_FFT_H
#include "ck_base.h"

typedef struct ck_fft {
    ptrdiff_t points; // N/2, a power of two >= 8
    // The twiddle factors of the passes n = points, points/4, … > 8, one pass after another: (Re, Im) of W_n^j, W_n^2j
    // and W_n^3j for j in 0 ..< n/4, with W_n = exp(−2πi/n).
    float *passes;
    float *unpack;       // (Re, Im) of exp(−2πi·k/N) for k in 0 … points/2
    ptrdiff_t *position; // the position of the complex output k after the passes, which work in place
} ck_fft;

// Computes the tables for the transform size `size`. They are one allocation, which begins at `passes`: free(passes)
// releases it. Returns CK_INVALID_SHAPE unless the size is a power of two in 16 … 65536.
ck_status ck_fft_create(ptrdiff_t size, ck_fft *fft);
#endif
