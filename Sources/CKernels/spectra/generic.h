// Magnitude, phase and mel spectrum of two vectors of frames at a time, with the vector functions of isa/.
#include "../base/sizes.h"
#include "../isa/transpose.h"
#include "../stft/generic.h"
#include "../mel/filtered.h"
#include "product.h"

// The arrays in the scratch memory of a group of frames.
typedef struct {
    float *piece, *even, *odd, *transform, *magnitudes, *cosine_sums, *sine_sums, *mels;
} workspace;

static workspace workspace_in(const ck_spectra *context, float *scratch) {
    ck_spectra_layout l = ck_spectra_layout_for(context, VW);
    workspace w = {.piece = scratch};
    w.even = w.piece + l.piece, w.odd = w.even + l.folded;
    w.transform = w.odd + l.folded, w.magnitudes = w.transform + l.transform;
    w.cosine_sums = w.magnitudes + l.magnitudes, w.sine_sums = w.cosine_sums + l.product;
    w.mels = w.sine_sums + l.product;
    return w;
}

// piece := `count` samples of the reflected signal from position `from` on
static void copy_piece(ptrdiff_t from, ptrdiff_t count, ptrdiff_t samples, const float *x, float *piece) {
    ptrdiff_t begin = from < 0 ? -from : 0, end = min(samples - from, count);
    for (ptrdiff_t i = 0; i < begin; i++) piece[i] = x[ck_reflected(from + i, samples)];
    for (ptrdiff_t i = begin; i < end; i++) piece[i] = x[from + i];
    for (ptrdiff_t i = end; i < count; i++) piece[i] = x[ck_reflected(from + i, samples)];
}

// to (sample, lane) := the windowed frames first ..< first + VW of the piece. Lanes after the last frame repeat it.
static void load_frames(const ck_spectra *context, const float *piece, ptrdiff_t first, ptrdiff_t count, float *to) {
    const ck_spectra_config *c = &context->config;
    const float *frame[VW];
    for (ptrdiff_t l = 0; l < VW; l++) frame[l] = piece + min(first + l, count - 1) * c->hop;
    for (ptrdiff_t n = 0; n < c->window; n += VW, to += VW * VW) {
        vf rows[VW];
        CK_UNROLL for (int i = 0; i < VW; i++) rows[i] = v_load(frame[i] + n);
        v_transpose(rows);
        CK_UNROLL for (int i = 0; i < VW; i++) v_store(to + i * VW, v_mul(rows[i], v_set1(context->window[n + i])));
    }
}

// Computes even(j) = z(c + j) + z(c − j) and odd(j) = z(c + j) − z(c − j), where c is the middle of the frame. The
// cosine is even about the middle and the sine is odd. Therefore the sums need only half as many products. The pair of
// j = 0 is z(c) and z(0). The window is 0 at z(0), so that z(0) only has an effect if the sample is not finite.
static void fold(ptrdiff_t window, const float *z, float *even, float *odd) {
    const float *middle = z + window / 2 * VW;
    for (ptrdiff_t j = 0; j < window / 2; j++) {
        vf after = v_load(middle + j * VW), before = v_load(j > 0 ? middle - j * VW : z);
        v_store(even + j * FRAMES, v_add(after, before));
        v_store(odd + j * FRAMES, v_sub(after, before));
    }
}

// 10·log10(max(power, floor)) + offset
CK_INLINE vf decibels(vf power, vf floor, vf offset) {
    return v_fma(v_set1(4.34294482f), v_log(v_max(floor, power)), offset);
}

// Computes the mel spectrum. The Fourier transform works in place. The windowed frames already have the order of its
// input, z(j) = x(2j) + i·x(2j + 1).
static void mel_bands(const ck_spectra *context, const workspace *w, float *mels) {
    const ck_spectra_config *c = &context->config;
    vf floor = v_set1((float)c->mel_floor), offset = v_set1((float)c->mel_offset);
    fft_quarters(w->transform, context->fft.points, context->fft.passes);
    fft_magnitudes(&context->fft, w->transform, w->magnitudes);
    for (ptrdiff_t bin = 0; bin <= c->window / 2; bin++) {
        vf magnitude = v_load(w->magnitudes + bin * VW);
        v_store(w->magnitudes + bin * VW, v_mul(magnitude, magnitude));
    }
    for (ptrdiff_t k = 0; k < c->bands; k++)
        v_store(mels + k * FRAMES, decibels(filtered(&context->filters[k], w->magnitudes), floor, offset));
}

// Computes and stores the output of a group of frames. The sums C and D have their phase origin in the middle of the
// frame. S = (cos θ − i·sin θ)·(C − i·D) moves the origin to the first sample of the frame.
static void store_group(const ck_spectra *context, const workspace *w, ptrdiff_t count, float *out) {
    const ck_spectra_config *c = &context->config;
    vf floor = v_set1((float)(c->magnitude_floor * c->magnitude_floor)), offset = v_set1((float)c->magnitude_offset);
    for (ptrdiff_t k = 0; k < c->bands; k++) {
        vf cosine = v_set1(context->turn[2 * k]), sine = v_set1(context->turn[2 * k + 1]);
        for (ptrdiff_t v = 0; v < CK_SPECTRA_WIDE && v * VW < count; v++) {
            ptrdiff_t at = k * FRAMES + v * VW, lanes = min(count - v * VW, VW);
            vf even = v_load(w->cosine_sums + at), odd = v_load(w->sine_sums + at);
            vf re = v_fnma(sine, odd, v_mul(cosine, even));
            vf im = v_sub(v_zero(), v_fma(sine, even, v_mul(cosine, odd)));
            vf power = v_fma(re, re, v_mul(im, im)), none = v_sub(power, power); // 0, or NaN on overflow
            float magnitude[VW], phase[VW];
            v_store(magnitude, decibels(power, floor, offset));
            v_store(phase, v_add(v_atan2(im, re), none));
            float *to = out + (v * VW * c->bands + k) * CK_SPECTRA_CHANNELS;
            for (ptrdiff_t l = 0; l < lanes; l++, to += c->bands * CK_SPECTRA_CHANNELS)
                to[0] = magnitude[l], to[1] = phase[l], to[2] = w->mels[at + l];
        }
    }
}

void CK_NAME(ck_spectra_run)(const ck_spectra *context, ptrdiff_t samples, const float *x, float *out, float *scratch) {
    const ck_spectra_config *c = &context->config;
    workspace w = workspace_in(context, scratch);
    ptrdiff_t frames = ck_spectra_frames(context, samples);
    for (ptrdiff_t first = 0; first < frames; first += FRAMES) {
        ptrdiff_t count = min(frames - first, FRAMES);
        copy_piece(first * c->hop - c->window / 2, (count - 1) * c->hop + c->window, samples, x, w.piece);
        for (ptrdiff_t v = 0; v < CK_SPECTRA_WIDE; v++) {
            load_frames(context, w.piece, v * VW, count, w.transform);
            fold(c->window, w.transform, w.even + v * VW, w.odd + v * VW);
            if (v * VW < count) mel_bands(context, &w, w.mels + v * VW);
        }
        wave_product(context, context->cosines, w.even, w.cosine_sums);
        wave_product(context, context->sines, w.odd, w.sine_sums);
        store_group(context, &w, count, out + first * c->bands * CK_SPECTRA_CHANNELS);
    }
}
