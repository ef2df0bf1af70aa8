// The inside of ck_spectra, shared by its set-up, its reference and its instruction sets.
#ifndef CK_SPECTRA_SPECTRA_H
#define CK_SPECTRA_SPECTRA_H
#include "../mel/filters.h"
#include "../stft/fft.h"
#include "ck_spectra.h"

enum {
    CK_SPECTRA_MAX_LANES = 16,
    CK_SPECTRA_WIDE = 2,   // vectors of frames abreast
    CK_SPECTRA_BLOCK = 8,  // frequencies whose table entries lie together
    CK_SPECTRA_DEPTH = 64, // samples of a step of the product: so many of all frames stay in the first-level cache
};

struct ck_spectra {
    ck_spectra_config config;
    ck_fft fft;
    ptrdiff_t padded; // bands, rounded up to blocks
    float *window;    // (window)
    float *cosines;   // (padded / BLOCK, window/2, BLOCK): cos(2π·f·j / sample_rate)
    float *sines;
    float *turn; // (bands, 2): cos and sin of 2π·f·(window/2) / sample_rate
    ck_mel_filter *filters;
    float *weights;
};

// f_k in Hz, and 2π·f·n / sample_rate reduced to one turn, in double.
double ck_spectra_hertz(const ck_spectra_config *config, ptrdiff_t k);
double ck_spectra_angle(const ck_spectra_config *config, double hertz, ptrdiff_t n);
// Slaney's mel, its inverse, and filter `band` at `hertz`.
double ck_slaney_mel(double hertz);
double ck_slaney_hertz(double mel);
double ck_slaney_weight(const ck_spectra_config *config, ptrdiff_t band, double hertz);
// The sample that stands at place i of the reflected signal; -samples < i < 2·samples - 1
ptrdiff_t ck_reflected(ptrdiff_t i, ptrdiff_t samples);

// In floats, for `lanes` lanes.
typedef struct {
    ptrdiff_t piece;  // the samples that a group of frames covers
    ptrdiff_t folded; // (window/2, WIDE, lanes), twice: even and odd
    ptrdiff_t transform, magnitudes;
    ptrdiff_t product; // (padded, WIDE, lanes), twice
    ptrdiff_t mels;    // (bands, WIDE, lanes)
} ck_spectra_layout;
ck_spectra_layout ck_spectra_layout_for(const ck_spectra *context, ptrdiff_t lanes);
#endif
