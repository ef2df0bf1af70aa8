// CLAR's time-frequency input: magnitude, phase and mel of a waveform, three channels abreast (spectra/).
//   S(t, f)      = Σ_n w(n)·x(t·hop + n − window/2)·exp(−2πi·f·n / sample_rate)     n in 0 ..< window
//   out(t, k, 0) = 20·log10(max(|S(t, f_k)|, magnitude_floor)) + magnitude_offset   dB
//   out(t, k, 1) = arg S(t, f_k)                                                    radians, in (−π, π] as floats
//   out(t, k, 2) = 10·log10(max(Σ_j filter(k, j)·|S(t, j·sample_rate / window)|², mel_floor)) + mel_offset   dB
// w is the periodic Hann window. Frames are centred: frame t has sample t·hop in its middle, and x is reflected at its
// ends without repeating them, x(−i) = x(i).
// Frequencies are logarithmic, f_k = low·(high/low)^(k/bands), or linear, f_k = k·sample_rate / window.
// The phase of A·cos(2π·f·n / sample_rate + φ), n counted from the frame's first sample, is φ (exponent −i). Where
// S = 0 it is 0; where |S| lies below about 1e-6 of the frame's strongest frequency it is that of rounding noise.
// The filters are Slaney's: mel is linear in f below 1000 Hz and logarithmic above, triangles are linear in f, evenly
// spaced in mel over low ... high, and of area 1 in Hz. A triangle between two bins holds none: its band is the floor.
// Reference: Al-Tahan, Mohsenzadeh, "CLAR: Contrastive Learning of Auditory Representations", AISTATS 2021.
#ifndef CK_SPECTRA_H
#define CK_SPECTRA_H
#include "ck_base.h"

enum { CK_SPECTRA_CHANNELS = 3 };

typedef enum ck_spectra_frequencies { CK_SPECTRA_LOGARITHMIC = 0, CK_SPECTRA_LINEAR } ck_spectra_frequencies;

typedef struct ck_spectra_config {
    ptrdiff_t sample_rate;              // Hz
    ptrdiff_t window;                   // samples, a power of two in 16 … 65536; the size of the transform too
    ptrdiff_t hop;                      // samples, >= 1
    ptrdiff_t bands;                    // frequencies, and mel bands: 1 … 4096; linear: at most window/2 + 1
    ck_spectra_frequencies frequencies; // of channels 0 and 1
    double low_hertz;                   // 0 <= low < high <= sample_rate / 2; logarithmic: 0 < low
    double high_hertz;
    double magnitude_floor; // of |S|, 1e-18 … 1e18
    double magnitude_offset;
    double mel_floor; // of a power, > 0, a normal float
    double mel_offset;
} ck_spectra_config;

// Window, cosines and sines, filters; immutable, so that any number of threads may share it.
typedef struct ck_spectra ck_spectra;

ck_status ck_spectra_validate(const ck_spectra_config *config); // CK_INVALID_SHAPE when a bound above is broken
ck_status ck_spectra_create(const ck_spectra_config *config, ck_spectra **context);
void ck_spectra_destroy(ck_spectra *context); // NULL is nothing

// 1 + samples / hop, or 0 when the reflection needs more samples than there are: samples <= window/2.
ptrdiff_t ck_spectra_frames(const ck_spectra *context, ptrdiff_t samples);
ptrdiff_t ck_spectra_scratch_bytes(const ck_spectra *context); // for any number of samples and any instruction set

// One thread. x is (samples), out is (frames, bands, 3); neither needs an alignment, nor does scratch. A frame's values
// depend on the samples under its window alone: the same bits wherever it lies and however many frames come with it.
// A sample that is not finite, or so large that |S|² overflows (about 1e16), makes its frames NaN.
void ck_spectra_run(const ck_spectra *context, ptrdiff_t samples, const float *x, float *out, void *scratch);

// The definition in double: direct Fourier sums, no table and no blocking. `spectrum`, when not NULL, is (frames,
// bands, 2) and receives Re and Im of S(t, f_k).
void ck_spectra_reference(const ck_spectra_config *config, ptrdiff_t samples, const float *x, double *out,
                          double *spectrum);
#endif
