// The log-mel spectrum of VW frames at a time, with the vector functions of isa/.
#include "../base/sizes.h"
#include "../stft/generic.h"
#include "filtered.h"
#include "logmel.h"

// Copies the samples to by_phase(phase, c) = x(c·hop + phase). Sample n of frame l is x(l·hop + n); with
// n = phase + hop·step, it is in column l + step. Thus overlapping frames share one copy of a sample, and sample n of
// VW frames is one unaligned load. Samples after the end of x are 0.
static void sort_by_phase(const ck_logmel_layout *l, ptrdiff_t pitch, ptrdiff_t hop, ptrdiff_t samples, const float *x,
                          float *by_phase) {
    for (ptrdiff_t c = 0; c < l->columns; c++) {
        ptrdiff_t left = samples - c * hop, count = min(max(left, 0), l->phases);
        for (ptrdiff_t phase = 0; phase < count; phase++) by_phase[phase * pitch + c] = x[c * hop + phase];
        for (ptrdiff_t phase = count; phase < l->phases; phase++) by_phase[phase * pitch + c] = 0;
    }
}

typedef struct {
    const ck_logmel *context;
    ck_logmel_layout layout;
    float *by_phase;
} frame_block;

CK_INLINE vf windowed(const frame_block *b, ptrdiff_t n) {
    return v_mul(v_load(b->by_phase + b->context->place[n]), v_set1(b->context->window[n]));
}

// z(j) = x(2j) + i·x(2j + 1) for the windowed samples x, and 0 in the padding
CK_INLINE vc windowed_pair(const frame_block *b, ptrdiff_t j) {
    if (j >= b->context->pairs) return (vc){v_zero(), v_zero()};
    return (vc){windowed(b, 2 * j), windowed(b, 2 * j + 1)};
}

// The Fourier transform. The first pass reads the samples directly; the following passes work in place.
static void transform(const frame_block *b, float *z) {
    const ck_fft *fft = &b->context->fft;
    ptrdiff_t quarter = fft->points / 4;
    if (fft->points == 8) {
        for (ptrdiff_t j = 0; j < 8; j++) c_store(z, j, windowed_pair(b, j));
        fft_leaf8(z);
        return;
    }
    for (ptrdiff_t j = 0; j < quarter; j++)
        fft_turn_and_store(z, j, quarter, fft->passes + 6 * j, windowed_pair(b, j), windowed_pair(b, j + quarter),
                           windowed_pair(b, j + 2 * quarter), windowed_pair(b, j + 3 * quarter));
    for (ptrdiff_t q = 0; q < 4; q++) fft_quarters(z + q * quarter * 2 * VW, quarter, fft->passes + 6 * quarter);
}

void CK_NAME(ck_logmel_run)(const ck_logmel *context, ptrdiff_t samples, const float *x, float *out, float *scratch) {
    const ck_logmel_config *c = &context->config;
    frame_block block = {context, ck_logmel_layout_for(context, VW), scratch};
    float *z = scratch + block.layout.samples, *magnitude = z + block.layout.transform;
    ptrdiff_t frames = ck_logmel_frames(context, samples);
    vf floor = v_set1((float)c->floor);
    for (ptrdiff_t first = 0; first < frames; first += VW) {
        ptrdiff_t start = first * c->hop, count = min(frames - first, VW);
        sort_by_phase(&block.layout, context->pitch, c->hop, samples - start, x + start, block.by_phase);
        transform(&block, z);
        fft_magnitudes(&context->fft, z, magnitude);
        for (ptrdiff_t m = 0; m < c->mels; m++) {
            float lanes[VW];
            v_store(lanes, v_log(v_max(floor, filtered(&context->filters[m], magnitude))));
            for (ptrdiff_t l = 0; l < count; l++) out[(first + l) * c->mels + m] = lanes[l];
        }
    }
}
