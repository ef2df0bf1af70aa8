// Log-mel spectra of a waveform (stft/, mel/).
//   X(t, k)   = Σ_n w(n)·x(t·hop + n)·exp(−2πi·k·n / fft)          n in 0 ..< window, zero-padded to fft
//   out(t, m) = ln(max(Σ_k filter(m, k)·|X(t, k)|, floor))
// w is the periodic Hann window; the filters are HTK triangles: linear in mel = 1127·ln(1 + f/700), peak 1, evenly
// spaced over low_hertz … high_hertz, not normalised by area. No centring and no padding: frame t starts at t·hop.
#ifndef CK_LOGMEL_H
#define CK_LOGMEL_H
#include "ck_base.h"

typedef struct ck_logmel_config {
    ptrdiff_t sample_rate; // Hz
    ptrdiff_t window, hop; // samples, >= 1; window <= fft
    ptrdiff_t fft;         // samples, a power of two in 16 … 65536
    ptrdiff_t mels;        // bands, >= 1
    double low_hertz;      // 0 <= low < high <= sample_rate / 2
    double high_hertz;
    double floor; // > 0, a normal float
} ck_logmel_config;

// Window, twiddle factors and filters; immutable, so that any number of threads may share it.
typedef struct ck_logmel ck_logmel;

// CK_INVALID_SHAPE when the configuration breaks a bound above, or when a triangle is so narrow that no bin falls into
// it.
ck_status ck_logmel_create(const ck_logmel_config *config, ck_logmel **context);
void ck_logmel_destroy(ck_logmel *context); // NULL is nothing

// (samples − window) / hop + 1, or 0 when not even one window fits.
ptrdiff_t ck_logmel_frames(const ck_logmel *context, ptrdiff_t samples);
ptrdiff_t ck_logmel_samples(const ck_logmel *context, ptrdiff_t frames); // the fewest that give `frames` >= 1
ptrdiff_t ck_logmel_scratch_bytes(const ck_logmel *context);             // for any instruction set

// One thread. x is (samples), out is (frames, mels); neither needs an alignment, nor does scratch. A frame's values
// depend on its samples alone: the same bits wherever in x it lies and however many frames come with it.
// A sample that is not finite makes its frames NaN.
void ck_logmel_run(const ck_logmel *context, ptrdiff_t samples, const float *x, float *out, void *scratch);

// The definition in double: a direct Fourier sum, no table and no blocking.
void ck_logmel_reference(const ck_logmel_config *config, ptrdiff_t samples, const float *x, double *out);
#endif
