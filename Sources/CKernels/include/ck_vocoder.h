// A phase vocoder with identity phase locking: time stretching, and pitch shifting without a change of the duration.
// The implementation is in vocoder/.
//   X(u, k) = Σ_n w(n)·x(u − N/2 + n)·exp(−2πi·k·n / N)             frame centered at u; N = window, w periodic Hann
//   stretch by α: frame m of the output is centered at t = m·hop + const; its input frame is u_m = round(t / α)
//   Y(m, k) = X(u_m, k)·R(m, p(k))                                  p(k): the spectral peak to which bin k belongs
//   R(m, p) = unit(R(m − 1, p)·X(u_{m−1}, p)·X*(u_m − hop, p))      |R| = 1; R = 1 if the product is 0
//   y(t)    = Σ_m w(t)·y_m(t) / Σ_m w²                              y_m: the inverse transform of Y(m, ·)
// In one hop of the output, the phase of a peak advances by the same angle as in the hop of the input that ends at u_m.
// This angle is measured with a second transform at u_m − hop, without computing or unwrapping phases. The bins around
// a peak are rotated by the same angle as the peak.
//   shift by r:   out(i) = y(i·r), where y is x stretched by r, without frequencies that would exceed half the sample
//                 rate after the shift
// Input time 0 corresponds to output time 0. Samples outside x are 0.
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

// The tables of the computation: windows, twiddle factors and the filter of the resampler. They are read-only, so that
// any number of threads may share them.
typedef struct ck_vocoder ck_vocoder;

// Creates the tables. Returns CK_INVALID_SHAPE if a value of the configuration is outside its range above.
ck_status ck_vocoder_create(const ck_vocoder_config *config, ck_vocoder **context);
void ck_vocoder_destroy(ck_vocoder *context); // NULL is allowed

// Returns CK_INVALID_SHAPE unless the ratio is within the bounds above. The run functions replace a ratio outside the
// bounds by the nearest bound.
ck_status ck_vocoder_check_ratio(double ratio);

// The scratch memory for `count` samples of output, for any ratio and any instruction set.
ptrdiff_t ck_vocoder_scratch_bytes(const ck_vocoder *context, ptrdiff_t count);

// The number of samples of the input, and the samples first ..< first + count of the output.
typedef struct ck_vocoder_range {
    ptrdiff_t samples, first, count;
} ck_vocoder_range;

// The run functions use the calling thread. x is (samples). out is (count) and receives the samples of the range. Only
// the frames that overlap them are computed, from all samples of x that these frames contain. No alignment is needed. x
// and out must not overlap.
void ck_vocoder_stretch(const ck_vocoder *context, double ratio, ck_vocoder_range range, const float *x, float *out,
                        void *scratch);
void ck_vocoder_shift(const ck_vocoder *context, double ratio, ck_vocoder_range range, const float *x, float *out,
                      void *scratch);

// The reference implementations in double: direct Fourier sums, frame by frame. They allocate memory, and return
// CK_OUT_OF_MEMORY if that fails.
ck_status ck_vocoder_stretch_reference(const ck_vocoder_config *config, double ratio, ck_vocoder_range range,
                                       const float *x, double *out);
ck_status ck_vocoder_shift_reference(const ck_vocoder_config *config, double ratio, ck_vocoder_range range,
                                     const float *x, double *out);
#endif
