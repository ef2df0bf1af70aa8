// The inside of ck_vocoder, shared by its set-up, its reference and its instruction sets.
#ifndef CK_VOCODER_VOCODER_H
#define CK_VOCODER_VOCODER_H
#include "../stft/fft.h"
#include "ck_vocoder.h"

enum {
    CK_VOCODER_MAX_LANES = 16,
    CK_VOCODER_TAPS = 96,    // of the resampler, a multiple of every vector width
    CK_VOCODER_PHASES = 256, // of its filter, between which it is interpolated
    CK_VOCODER_GUARD = 4, // bins below the pitch shift's cut-off: a Hann window spreads a bin over two on either side
    CK_VOCODER_ONSET = 4, // times the mean power of the quarter of a window before
};

struct ck_vocoder {
    ck_vocoder_config config;
    ck_fft forward;   // of N complex points: a frame and the one a hop before it, as real and imaginary part
    ck_fft inverse;   // of N/2 complex points: one frame
    float *analysis;  // (N), w/2
    float *synthesis; // (N), w / (N/2 · Σ w²)
    float *filter;    // (PHASES + 1, TAPS)
};

double ck_vocoder_clamped(double ratio);
double ck_vocoder_window(ptrdiff_t n, ptrdiff_t window);
// The resampler's filter at a distance of τ samples: sinc under a Kaiser window of TAPS samples.
double ck_vocoder_filter(double distance);
// Σ_m w(t + m·hop)²: the same for every t
double ck_vocoder_overlap(const ck_vocoder_config *config);

// Which frames a piece of the stretched signal takes: frame m is centred at output time centre + m·hop.
typedef struct {
    double ratio;
    ptrdiff_t first, count; // samples of the stretched signal
    ptrdiff_t frames, centre;
    ptrdiff_t bins; // 0 ..< bins are kept, the others are silenced
} ck_vocoder_plan;

ck_vocoder_plan ck_vocoder_stretch_plan(const ck_vocoder_config *config, double ratio, ptrdiff_t first,
                                        ptrdiff_t count);
ck_vocoder_plan ck_vocoder_shift_plan(const ck_vocoder_config *config, double ratio, ptrdiff_t first, ptrdiff_t count);
// round(t / ratio) for the centre of frame m
ptrdiff_t ck_vocoder_place(const ck_vocoder_config *config, const ck_vocoder_plan *plan, ptrdiff_t m);

// In floats; a row of N/2 + 1 bins is padded to N/2 + 2·MAX_LANES.
typedef struct {
    ptrdiff_t pitch;  // of a row of bins
    ptrdiff_t input;  // the samples that the frames cover
    ptrdiff_t output; // the sum of the frames
    ptrdiff_t lanes;  // the transforms of one block of frames
    ptrdiff_t rows;   // its spectra, frame by frame: (rows, pitch)
} ck_vocoder_layout;
ck_vocoder_layout ck_vocoder_layout_for(const ck_vocoder_config *config, const ck_vocoder_plan *plan);
#endif
