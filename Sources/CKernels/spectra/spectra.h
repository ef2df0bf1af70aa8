// The definition of ck_spectra, for its set-up, its reference implementation and its kernels.
#ifndef CK_SPECTRA_SPECTRA_H
#define CK_SPECTRA_SPECTRA_H
#include "../mel/filters.h"
#include "../stft/fft.h"
#include "ck_spectra.h"

enum {
    CK_SPECTRA_MAX_LANES = 16,
    CK_SPECTRA_WIDE = 2,   // vectors of frames that are processed at once
    CK_SPECTRA_BLOCK = 8,  // frequencies whose table entries are contiguous
    CK_SPECTRA_DEPTH = 64, // samples of a step of the product; this number of samples of all frames fits into L1
};

struct ck_spectra {
    ck_spectra_config config;
    ck_fft fft;
    ptrdiff_t padded; // bands, rounded up to a multiple of CK_SPECTRA_BLOCK
    float *window;    // (window)
    float *cosines;   // (padded / BLOCK, window/2, BLOCK): cos(2π·f·j / sample_rate)
    float *sines;
    float *turn; // (bands, 2): cos and sin of 2π·f·(window/2) / sample_rate
    ck_mel_filter *filters;
    float *weights;
};

// f_k in Hz.
double ck_spectra_hertz(const ck_spectra_config *config, ptrdiff_t k);
// The angle 2π·f·n / sample_rate, modulo 2π, in double.
double ck_spectra_angle(const ck_spectra_config *config, double hertz, ptrdiff_t n);
// Slaney's mel scale, its inverse, and the weight of the triangle of mel band `band` at the frequency `hertz`.
double ck_slaney_mel(double hertz);
double ck_slaney_hertz(double mel);
double ck_slaney_weight(const ck_spectra_config *config, ptrdiff_t band, double hertz);
// The number of the sample at position i of the reflected signal, for −samples < i < 2·samples − 1.
ptrdiff_t ck_reflected(ptrdiff_t i, ptrdiff_t samples);

// The sizes of the arrays in the scratch memory, in floats, for vectors of `lanes` lanes.
typedef struct {
    ptrdiff_t piece;  // the samples of a group of frames
    ptrdiff_t folded; // (window/2, WIDE, lanes), for each of even and odd
    ptrdiff_t transform, magnitudes;
    ptrdiff_t product; // (padded, WIDE, lanes), for each of the sums with cosines and with sines
    ptrdiff_t mels;    // (bands, WIDE, lanes)
} ck_spectra_layout;
ck_spectra_layout ck_spectra_layout_for(const ck_spectra *context, ptrdiff_t lanes);
#endif
