// Log-mel spectrum of a waveform. The implementation is in stft/ and mel/.
//   X(t, k)   = Σ_n w(n)·x(t·hop + n)·exp(−2πi·k·n / fft)          n in 0 ..< window, zero-padded to fft
//   out(t, m) = ln(max(Σ_k filter(m, k)·|X(t, k)|, floor))
// w is the periodic Hann window. The filters are HTK triangles: they are linear in mel = 1127·ln(1 + f/700), have a
// peak of 1, are evenly spaced over low_hertz … high_hertz in mel, and are not normalized by area. Frames are not
// centered, and the waveform is not padded: frame t starts at sample t·hop.
#ifndef CK_LOGMEL_H
#define CK_LOGMEL_H
#include "ck_base.h"

typedef struct ck_logmel_config {
    ptrdiff_t sample_rate; // Hz
    ptrdiff_t window, hop; // samples, >= 1; window <= fft
    ptrdiff_t fft;         // samples, a power of two in 16 … 65536
    ptrdiff_t mels;        // mel bands, >= 1
    double low_hertz;      // 0 <= low < high <= sample_rate / 2
    double high_hertz;
    double floor; // > 0 and a normal float (not a denormal)
} ck_logmel_config;

// The tables of the computation: window, twiddle factors and filters. They are read-only, so that any number of threads
// may share them.
typedef struct ck_logmel ck_logmel;

// Creates the tables. Returns CK_INVALID_SHAPE if a value of the configuration is outside its range above, or if a
// triangle is so narrow that it contains no frequency bin.
ck_status ck_logmel_create(const ck_logmel_config *config, ck_logmel **context);
void ck_logmel_destroy(ck_logmel *context); // NULL is allowed

// The number of frames: (samples − window) / hop + 1, or 0 if there are fewer samples than one window.
ptrdiff_t ck_logmel_frames(const ck_logmel *context, ptrdiff_t samples);
ptrdiff_t ck_logmel_samples(const ck_logmel *context, ptrdiff_t frames); // the least number for `frames` >= 1
ptrdiff_t ck_logmel_scratch_bytes(const ck_logmel *context);             // for any instruction set

// Computes the log-mel spectrum on the calling thread. x is (samples) and out is (frames, mels). x, out and scratch
// need no alignment. The values of a frame depend on its samples only: they have the same bits at any position in x and
// for any number of frames. If a sample is not finite, the frames that contain it are NaN.
void ck_logmel_run(const ck_logmel *context, ptrdiff_t samples, const float *x, float *out, void *scratch);

// The reference implementation in double: a direct Fourier sum without tables and blocks.
void ck_logmel_reference(const ck_logmel_config *config, ptrdiff_t samples, const float *x, double *out);
#endif
