// CLAR spectra of a waveform: magnitude, phase and mel spectrum, as three channels. The implementation is in spectra/.
//   S(t, f)      = Σ_n w(n)·x(t·hop + n − window/2)·exp(−2πi·f·n / sample_rate)     n in 0 ..< window
//   out(t, k, 0) = 20·log10(max(|S(t, f_k)|, magnitude_floor)) + magnitude_offset   dB
//   out(t, k, 1) = arg S(t, f_k)                                                    radians, in (−π, π] as floats
//   out(t, k, 2) = 10·log10(max(Σ_j filter(k, j)·|S(t, j·sample_rate / window)|², mel_floor)) + mel_offset   dB
// w is the periodic Hann window. Frames are centered: sample t·hop is in the middle of frame t. x is reflected at its
// ends, without repeating the first and the last sample: x(−i) = x(i).
// The frequencies are logarithmic, f_k = low·(high/low)^(k/bands), or linear, f_k = k·sample_rate / window.
// The phase of A·cos(2π·f·n / sample_rate + φ) is φ, if n is counted from the first sample of the frame. If S = 0, the
// phase is 0. If |S| is less than about 1e-6 of the strongest frequency of the frame, the phase is rounding noise.
// The filters are those of Slaney. The mel scale is linear in f below 1000 Hz and logarithmic above. The triangles are
// linear in f, are evenly spaced in mel over low … high, and have an area of 1 in Hz. If a triangle contains no
// frequency bin, the value of its mel band is that of mel_floor.
// Reference: Al-Tahan, Mohsenzadeh, "CLAR: Contrastive Learning of Auditory Representations", AISTATS 2021.
#ifndef CK_SPECTRA_H
#define CK_SPECTRA_H
#include "ck_base.h"

enum { CK_SPECTRA_CHANNELS = 3 };

typedef enum ck_spectra_frequencies { CK_SPECTRA_LOGARITHMIC = 0, CK_SPECTRA_LINEAR } ck_spectra_frequencies;

typedef struct ck_spectra_config {
    ptrdiff_t sample_rate;              // Hz
    ptrdiff_t window;                   // samples, a power of two in 16 … 65536; it is also the FFT size
    ptrdiff_t hop;                      // samples, 1 … 2²⁴
    ptrdiff_t bands;                    // frequencies, and mel bands: 1 … 4096; if linear, at most window/2 + 1
    ck_spectra_frequencies frequencies; // of channels 0 and 1
    double low_hertz;                   // 0 <= low < high <= sample_rate / 2; if logarithmic, 0 < low
    double high_hertz;
    double magnitude_floor;  // of |S|, 1e-18 … 1e18
    double magnitude_offset; // dB, −1e6 … 1e6
    double mel_floor;        // of a power, > 0 and a normal float (not a denormal)
    double mel_offset;       // dB, −1e6 … 1e6
} ck_spectra_config;

// The tables of the computation: window, cosines and sines, and filters. They are read-only, so that any number of
// threads may share them.
typedef struct ck_spectra ck_spectra;

// Returns CK_INVALID_SHAPE if a value of the configuration is outside its range above.
ck_status ck_spectra_validate(const ck_spectra_config *config);
// Validates the configuration and creates the tables.
ck_status ck_spectra_create(const ck_spectra_config *config, ck_spectra **context);
void ck_spectra_destroy(ck_spectra *context); // NULL is allowed

// The number of frames: 1 + samples / hop. It is 0 if samples <= window/2, because the reflection needs more samples.
ptrdiff_t ck_spectra_frames(const ck_spectra *context, ptrdiff_t samples);
ptrdiff_t ck_spectra_scratch_bytes(const ck_spectra *context); // for any number of samples and any instruction set

// Computes the CLAR spectra on the calling thread. x is (samples) and out is (frames, bands, 3). x, out and scratch
// need no alignment. The values of a frame depend only on the samples in its window: they have the same bits at any
// position and for any number of frames. If a sample is not finite, or so large that |S|² overflows (about 1e16), the
// frames that contain it are NaN.
void ck_spectra_run(const ck_spectra *context, ptrdiff_t samples, const float *x, float *out, void *scratch);

// The reference implementation in double: direct Fourier sums without tables and blocks. If `spectrum` is not NULL, it
// is (frames, bands, 2) and receives Re and Im of S(t, f_k).
void ck_spectra_reference(const ck_spectra_config *config, ptrdiff_t samples, const float *x, double *out,
                          double *spectrum);
#endif
