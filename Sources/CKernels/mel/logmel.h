// The definition of ck_logmel, for its set-up and its kernels.
#ifndef CK_MEL_LOGMEL_H
#define CK_MEL_LOGMEL_H
#include "../stft/fft.h"
#include "ck_logmel.h"
#include "filters.h"

enum { CK_LOGMEL_MAX_LANES = 16 };

struct ck_logmel {
    ck_logmel_config config;
    ck_fft fft;
    ptrdiff_t pairs; // pairs of samples in a window, rounded up
    float *window;   // (2·pairs); if the window is odd, the last value is 0
    ptrdiff_t pitch; // row pitch of by_phase (generic.h), for any number of lanes
    int32_t *place;  // (2·pairs): the offset of sample n of the first frame in by_phase
    ck_mel_filter *filters;
    float *weights;
};

// mel = 1127·ln(1 + f/700), in double.
double ck_mel_of_hertz(double hertz);
// The weight of the triangle of mel band `band` at the frequency `hertz`, in double.
double ck_mel_weight(const ck_logmel_config *config, ptrdiff_t band, double hertz);

// The layout of the scratch memory for `lanes` frames.
typedef struct {
    ptrdiff_t columns, phases;                // of by_phase (phases, pitch), see generic.h
    ptrdiff_t samples, transform, magnitudes; // sizes of by_phase, of the transform and of the magnitudes, in floats
} ck_logmel_layout;
ck_logmel_layout ck_logmel_layout_for(const ck_logmel *context, ptrdiff_t lanes);
#endif
