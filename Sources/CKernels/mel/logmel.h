// The inside of ck_logmel, shared by its set-up and its instruction sets.
#ifndef CK_MEL_LOGMEL_H
#define CK_MEL_LOGMEL_H
#include "../stft/fft.h"
#include "ck_logmel.h"
#include "filters.h"

enum { CK_LOGMEL_MAX_LANES = 16 };

struct ck_logmel {
    ck_logmel_config config;
    ck_fft fft;
    ptrdiff_t pairs; // window in pairs of samples, rounded up
    float *window;   // (2·pairs), the odd one 0
    ptrdiff_t pitch; // of the samples by phase, for any number of lanes
    int32_t *place;  // (2·pairs): where sample n of the first frame lies in them
    ck_mel_filter *filters;
    float *weights;
};

// mel = 1127·ln(1 + f/700), and filter `band` of `mels` at `hertz`, both in double.
double ck_mel_of_hertz(double hertz);
double ck_mel_weight(const ck_logmel_config *config, ptrdiff_t band, double hertz);

// In floats, for `lanes` frames: samples by phase, transform (its first half becomes the magnitudes).
typedef struct {
    ptrdiff_t columns, phases; // of the samples: (phases, pitch)
    ptrdiff_t samples, transform, magnitudes;
} ck_logmel_layout;
ck_logmel_layout ck_logmel_layout_for(const ck_logmel *context, ptrdiff_t lanes);
#endif
