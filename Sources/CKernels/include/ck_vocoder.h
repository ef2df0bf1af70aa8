// A phase vocoder with identity phase locking (vocoder/): time stretch, and pitch shift at the same length.
//   X(u, k) = Σ_n w(n)·x(u − N/2 + n)·exp(−2πi·k·n / N)             a frame centred at u; N = window, w a periodic Hann
//   stretch by α: frame m of the output is centred at t = m·hop + const, and takes u = round(t / α) from the input
//   Y(m, k) = X(u_m, k)·R(m, p(k))                                  p(k): the spectral peak that bin k belongs to
//   R(m, p) = unit(R(m − 1, p)·X(u_{m−1}, p)·X*(u_m − hop, p))      |R| = 1; 1 where the product vanishes
//   y(t)    = Σ_m w(t)·y_m(t) / Σ_m w²                              y_m: the inverse transform of Y(m, ·)
// A peak turns as far over one hop of the output as it turned over one hop of the input that ends at u_m: this is
// measured by a second transform at u_m − hop, and needs neither angles nor their unwrapping. The bins around it turn
// along.
//   shift by r:   out(i) = y(i·r), y = x stretched by r, without what would lie beyond half the sample rate
// Input time 0 is output time 0. What lies outside of x is silence.
// Reference: Laroche, Dolson, "Improved phase vocoder time-scale modification of audio", IEEE Transactions on Speech
// and Audio Processing 7 (1999); Puckette, "Phase-locked vocoder", WASPAA 1995 (the second transform).
#ifndef CK_VOCODER_H
#define CK_VOCODER_H
#include "ck_base.h"

typedef struct ck_vocoder_config {
    ptrdiff_t window; // N, samples: a power of two in 64 … 8192
    ptrdiff_t hop;    // between frames of the output, samples; N/hop is a power of two in 4 … 32
} ck_vocoder_config;

#define CK_VOCODER_LOWEST_RATIO 0.4
#define CK_VOCODER_HIGHEST_RATIO 2.5

// Windows, twiddle factors and the resampler's filter; immutable, so that any number of threads may share it.
typedef struct ck_vocoder ck_vocoder;

ck_status ck_vocoder_create(const ck_vocoder_config *config, ck_vocoder **context);
void ck_vocoder_destroy(ck_vocoder *context); // NULL is nothing

// CK_INVALID_SHAPE unless the ratio is within the bounds above. The run functions take the nearest bound instead.
ck_status ck_vocoder_check_ratio(double ratio);

// For `count` samples of output, any ratio and any instruction set.
ptrdiff_t ck_vocoder_scratch_bytes(const ck_vocoder *context, ptrdiff_t count);

// One thread. x is (samples); out is (count) and holds the output's samples first ..< first + count, whose frames alone
// are computed: what x holds around them serves as context. No alignment is needed; x and out do not overlap.
void ck_vocoder_stretch(const ck_vocoder *context, double ratio, ptrdiff_t samples, const float *x, ptrdiff_t first,
                        ptrdiff_t count, float *out, void *scratch);
void ck_vocoder_shift(const ck_vocoder *context, double ratio, ptrdiff_t samples, const float *x, ptrdiff_t first,
                      ptrdiff_t count, float *out, void *scratch);

// The definition in double: direct Fourier sums, one frame after another. They allocate.
ck_status ck_vocoder_stretch_reference(const ck_vocoder_config *config, double ratio, ptrdiff_t samples, const float *x,
                                       ptrdiff_t first, ptrdiff_t count, double *out);
ck_status ck_vocoder_shift_reference(const ck_vocoder_config *config, double ratio, ptrdiff_t samples, const float *x,
                                     ptrdiff_t first, ptrdiff_t count, double *out);
#endif
