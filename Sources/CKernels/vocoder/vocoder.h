// The definition of ck_vocoder, for its set-up, its reference implementation and its kernels.
#ifndef CK_VOCODER_VOCODER_H
#define CK_VOCODER_VOCODER_H
#include "../stft/fft.h"
#include "ck_vocoder.h"

enum {
    CK_VOCODER_MAX_LANES = 16,
    CK_VOCODER_TAPS = 96,    // taps of the resampler, a multiple of every vector width
    CK_VOCODER_PHASES = 256, // phases of its filter; values between two phases are interpolated
    // Bins below the cut-off of a pitch shift that are also set to zero, because a Hann window spreads a bin over two
    // bins on either side.
    CK_VOCODER_GUARD = 4,
    // An onset has more than this number times the mean power of the quarter of a window before it.
    CK_VOCODER_ONSET = 4,
};

struct ck_vocoder {
    ck_vocoder_config config;
    ck_fft forward;   // N complex points: a frame is the real part, the frame one hop before it is the imaginary part
    ck_fft inverse;   // N/2 complex points: one frame
    float *analysis;  // (N), w/2
    float *synthesis; // (N), w / (N/2 · Σ w²)
    float *filter;    // (PHASES + 1, TAPS)
};

// The ratio, limited to the range of allowed ratios. A NaN gives the lowest ratio.
double ck_vocoder_clamped(double ratio);
// The periodic Hann window.
double ck_vocoder_window(ptrdiff_t n, ptrdiff_t window);
// The filter of the resampler at a distance of `distance` samples: a sinc with a Kaiser window of CK_VOCODER_TAPS
// samples.
double ck_vocoder_filter(double distance);
// Σ_m w(t + m·hop)², which is the same for every t.
double ck_vocoder_overlap(const ck_vocoder_config *config);

// The frames that are needed for a part of the stretched signal. Frame m is centered at output time centre + m·hop.
typedef struct {
    double ratio;
    ptrdiff_t first, count; // samples of the stretched signal
    ptrdiff_t frames, centre;
    ptrdiff_t bins; // bins 0 ..< bins are kept, the other bins are set to zero
} ck_vocoder_plan;

ck_vocoder_plan ck_vocoder_stretch_plan(const ck_vocoder_config *config, double ratio, ptrdiff_t first,
                                        ptrdiff_t count);
ck_vocoder_plan ck_vocoder_shift_plan(const ck_vocoder_config *config, double ratio, ptrdiff_t first, ptrdiff_t count);
// The input time round(t / ratio) of frame m, where t is the output time of its center.
ptrdiff_t ck_vocoder_place(const ck_vocoder_config *config, const ck_vocoder_plan *plan, ptrdiff_t m);

// The sizes of the arrays in the scratch memory, in floats. A row of N/2 + 1 bins is padded to N/2 + 2·MAX_LANES.
typedef struct {
    ptrdiff_t pitch;  // of a row of bins
    ptrdiff_t input;  // the input samples of all frames
    ptrdiff_t output; // the sum of the frames
    ptrdiff_t lanes;  // the transforms of one block of frames
    ptrdiff_t rows;   // the number of rows of the spectra of a block (rows, pitch), see phases.h
} ck_vocoder_layout;
ck_vocoder_layout ck_vocoder_layout_for(const ck_vocoder_config *config, const ck_vocoder_plan *plan);
#endif
