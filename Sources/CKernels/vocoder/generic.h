// The phase vocoder for VW frames at a time, with the vector functions of isa/: analysis, phases (phases.h) and
// synthesis. Also the resampler.
#include "../isa/spans.h"
#include "../isa/transpose.h"
#include "../stft/generic.h"
#include "vocoder.h"
#include "phases.h"

typedef struct {
    const ck_vocoder *context;
    const ck_vocoder_plan *plan;
    ck_vocoder_layout layout;
    const float *input; // begins one hop before the first sample of the first frame
    float *output, *lanes;
    spectra spectra;
} rendering;

// input := the samples of x from `from` on, with zeros outside x
static void copy_input(const ck_vocoder_layout *l, ptrdiff_t from, ptrdiff_t samples, const float *x, float *input) {
    ptrdiff_t begin = from < 0 ? -from : 0, end = min(samples - from, l->input);
    if (begin > l->input) begin = l->input;
    if (end < begin) end = begin;
    for (ptrdiff_t i = 0; i < begin; i++) input[i] = 0;
    for (ptrdiff_t i = begin; i < end; i++) input[i] = x[from + i];
    for (ptrdiff_t i = end; i < l->input; i++) input[i] = 0;
}

CK_INLINE void load_windowed(const float *const *frame, ptrdiff_t n, const float *window, float *to) {
    vf rows[VW];
    CK_EACH_ROW rows[i] = v_load(frame[i] + n);
    v_transpose(rows);
    CK_EACH_ROW v_store(to + 2 * VW * i, v_mul(rows[i], v_set1(window[n + i])));
}

CK_INLINE double energy(const float *x, ptrdiff_t count) {
    vf sum = v_zero();
    for (ptrdiff_t i = 0; i < count; i += VW) {
        vf value = load_n(x + i, min(count - i, VW));
        sum = v_fma(value, value, sum);
    }
    return (double)v_sum(sum);
}

// Returns 1 if the samples that are nearer to the middle of frame m than to the middle of the neighboring frames
// contain an onset: their mean power is more than CK_VOCODER_ONSET times that of the quarter of a window before them.
static int is_onset(const rendering *v, ptrdiff_t m) {
    const ck_vocoder_config *c = &v->context->config;
    ptrdiff_t origin = ck_vocoder_place(c, v->plan, 0) - c->hop - c->window / 2, quarter = c->window / 4;
    ptrdiff_t last = ck_vocoder_place(c, v->plan, m - 1), next = ck_vocoder_place(c, v->plan, m + 1);
    ptrdiff_t now = ck_vocoder_place(c, v->plan, m), from = now - (now - last) / 2, to = next - (next - now) / 2;
    const float *begin = v->input + (from - origin);
    double before = energy(begin - quarter, quarter) / (double)quarter;
    return energy(begin, to - from) / (double)(to - from) > CK_VOCODER_ONSET * before;
}

// v->lanes := the transforms of (frame + i·frame one hop before it), with one frame per lane. Lanes after the last
// frame repeat it.
static void analyse(const rendering *v, ptrdiff_t first) {
    const ck_vocoder_config *c = &v->context->config;
    const float *before[VW], *frame[VW];
    ptrdiff_t start = ck_vocoder_place(c, v->plan, 0);
    for (ptrdiff_t l = 0; l < VW; l++) {
        ptrdiff_t m = min(first + l, v->plan->frames - 1);
        before[l] = v->input + (ck_vocoder_place(c, v->plan, m) - start);
        frame[l] = before[l] + c->hop;
    }
    for (ptrdiff_t n = 0; n < c->window; n += VW) {
        float *z = v->lanes + 2 * VW * n;
        load_windowed(frame, n, v->context->analysis, z);
        load_windowed(before, n, v->context->analysis, z + VW);
    }
    fft_quarters(v->lanes, c->window, v->context->forward.passes);
}

// Computes bin k of the spectra of both real frames from bins k and N − k of the complex transform Z. The factor 1/2 is
// included in the window.
//   X(k) = Z(k) + Z*(N − k), X_before(k) = (Z(k) − Z*(N − k)) / i
CK_INLINE void split(const rendering *v, ptrdiff_t k, vc *now, vc *before) {
    const ck_fft *fft = &v->context->forward;
    vc a = c_load(v->lanes, fft->position[k]);
    vc b = c_load(v->lanes, fft->position[(fft->points - k) & (fft->points - 1)]);
    *now = (vc){v_add(a.re, b.re), v_sub(a.im, b.im)};
    *before = (vc){v_add(a.im, b.im), v_sub(b.re, a.re)};
}

CK_INLINE void store_rows(vf rows[VW], float *to, ptrdiff_t pitch) {
    v_transpose(rows);
    CK_EACH_ROW v_store(to + i * pitch, rows[i]);
}

// Computes the spectra of the frames, and stores them transposed from (bin, lane) to (frame, bin), in rows 1 … VW.
static void store_spectra(const rendering *v) {
    ptrdiff_t half = v->context->config.window / 2, pitch = v->layout.pitch;
    const spectra *s = &v->spectra;
    for (ptrdiff_t k = 0; k < half; k += VW) {
        vc now[VW], before[VW];
        vf rows[VW];
        CK_EACH_ROW split(v, k + i, &now[i], &before[i]);
        CK_EACH_ROW rows[i] = now[i].re;
        store_rows(rows, s->re + pitch + k, pitch);
        CK_EACH_ROW rows[i] = now[i].im;
        store_rows(rows, s->im + pitch + k, pitch);
        CK_EACH_ROW rows[i] = before[i].re;
        store_rows(rows, s->before_re + pitch + k, pitch);
        CK_EACH_ROW rows[i] = before[i].im;
        store_rows(rows, s->before_im + pitch + k, pitch);
    }
    float now[VW], before[VW];
    vc last, last_before;
    split(v, half, &last, &last_before);
    v_store(now, last.re);
    v_store(before, last_before.re);
    CK_EACH_ROW {
        ptrdiff_t at = (i + 1) * pitch + half;
        s->re[at] = now[i], s->im[at] = 0;
        s->before_re[at] = before[i], s->before_im[at] = 0;
    }
}

CK_INLINE vf load_column(const float *rows, ptrdiff_t pitch) {
    float lanes[VW];
    CK_EACH_ROW lanes[i] = rows[i * pitch];
    return v_load(lanes);
}

// Packs bins k and N/2 − k of the spectrum Y of a real signal into the same bins of a complex spectrum Z of N/2 points,
// and stores the conjugates of Z. The forward transform of the conjugates gives the conjugate of the inverse transform.
//   Z(k) = E + i·O, Z(N/2 − k) = E* + i·O*, E = (Y(k) + Y*(N/2 − k)) / 2, O = (Y(k) − Y*(N/2 − k)) / 2 · W_N^{−k}
CK_INLINE void join(const rendering *v, ptrdiff_t k, vc low, vc high) {
    const ck_fft *fft = &v->context->inverse;
    vf half = v_set1(0.5f);
    vc even = {v_mul(half, v_add(low.re, high.re)), v_mul(half, v_sub(low.im, high.im))};
    vc odd = {v_mul(half, v_sub(low.re, high.re)), v_mul(half, v_sub(v_sub(v_zero(), low.im), high.im))};
    odd = c_turn(odd, fft->unpack + 2 * k); // O*
    c_store(v->lanes, k, (vc){v_sub(even.re, v_sub(v_zero(), odd.im)), v_sub(v_sub(v_zero(), even.im), odd.re)});
    if (k > 0) c_store(v->lanes, fft->points - k, (vc){v_sub(even.re, odd.im), v_sub(even.im, odd.re)});
}

// The inverse transform. The spectra are transposed from (frame, bin) to (bin, lane) first.
static void transform_back(const rendering *v) {
    const ck_fft *fft = &v->context->inverse;
    ptrdiff_t pitch = v->layout.pitch, quarter = fft->points / 2;
    const float *re = v->spectra.before_re + pitch, *im = v->spectra.before_im + pitch;
    for (ptrdiff_t k = 0; k < quarter; k += VW) {
        ptrdiff_t mirror = fft->points - k - VW + 1; // bin mirror + VW − 1 − i is the mirror image of bin k + i
        vf low_re[VW], low_im[VW], high_re[VW], high_im[VW];
        CK_EACH_ROW {
            low_re[i] = v_load(re + i * pitch + k), low_im[i] = v_load(im + i * pitch + k);
            high_re[i] = v_load(re + i * pitch + mirror), high_im[i] = v_load(im + i * pitch + mirror);
        }
        v_transpose(low_re), v_transpose(low_im), v_transpose(high_re), v_transpose(high_im);
        CK_EACH_ROW join(v, k + i, (vc){low_re[i], low_im[i]}, (vc){high_re[VW - 1 - i], high_im[VW - 1 - i]});
    }
    vc middle = {load_column(re + quarter, pitch), load_column(im + quarter, pitch)};
    join(v, quarter, middle, middle);
    fft_quarters(v->lanes, fft->points, fft->passes);
}

// output += window · frame, for the frames of a block, in order. `first` is the first frame of the block.
static void overlap_add(const rendering *v, ptrdiff_t first) {
    const ck_vocoder_config *c = &v->context->config;
    const ck_fft *fft = &v->context->inverse;
    const float *window = v->context->synthesis;
    ptrdiff_t left = v->plan->frames - first, count = min(left, VW);
    for (ptrdiff_t n = 0; n < c->window; n += VW) {
        vf rows[VW];
        CK_HALF_OF_ROWS {
            vc pair = c_load(v->lanes, fft->position[n / 2 + i]);
            rows[2 * i] = v_mul(pair.re, v_set1(window[n + 2 * i]));
            rows[2 * i + 1] = v_mul(pair.im, v_set1(-window[n + 2 * i + 1]));
        }
        v_transpose(rows);
        float *out = v->output + first * c->hop + n;
        for (ptrdiff_t l = 0; l < count; l++, out += c->hop) v_store(out, v_add(v_load(out), rows[l]));
    }
}

void CK_NAME(ck_vocoder_render)(const ck_vocoder *context, const ck_vocoder_plan *plan, ptrdiff_t samples,
                                const float *x, float *scratch) {
    const ck_vocoder_config *c = &context->config;
    ck_vocoder_layout l = ck_vocoder_layout_for(c, plan);
    float *input = scratch + l.output, *lanes = input + l.input, *rows = lanes + l.lanes;
    copy_input(&l, ck_vocoder_place(c, plan, 0) - c->hop - c->window / 2, samples, x, input);
    for (ptrdiff_t i = 0; i < l.output; i++) scratch[i] = 0;
    rendering v = {context, plan, l, input, scratch, lanes, spectra_in(rows, l.pitch, c->window / 2 + 1, plan->bins)};
    for (ptrdiff_t first = 0; first < plan->frames; first += VW) {
        analyse(&v, first);
        store_spectra(&v);
        for (ptrdiff_t l = 1; l <= VW; l++) turn_frame(&v.spectra, l, first + l == 1 || is_onset(&v, first + l - 1));
        keep_last_frame(&v.spectra);
        transform_back(&v);
        overlap_add(&v, first);
    }
}

// The terms of Σ_j h(j − fraction)·y(⌊place⌋ + j), added up per lane; the sum of the lanes is the result. h is
// interpolated between the two nearest phases of the table. y[0] is sample number y_first.
CK_INLINE vf weighted(const ck_vocoder *context, double place, const float *y, ptrdiff_t y_first) {
    double whole = __builtin_floor(place), phase = (place - whole) * CK_VOCODER_PHASES;
    ptrdiff_t row = (ptrdiff_t)phase;
    const float *h = context->filter + row * CK_VOCODER_TAPS;
    const float *from = y + ((ptrdiff_t)whole - (CK_VOCODER_TAPS / 2 - 1) - y_first);
    vf share = v_set1((float)(phase - (double)row)), sum = v_zero();
    _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < CK_VOCODER_TAPS; j += VW) {
        vf low = v_load(h + j), high = v_load(h + CK_VOCODER_TAPS + j);
        sum = v_fma(v_fma(share, v_sub(high, low), low), v_load(from + j), sum);
    }
    return sum;
}

// out(i) = y((first + i)·ratio). y[0] is sample number y_first. The lanes of VW results are added at once, after a
// transposition.
void CK_NAME(ck_vocoder_resample)(const ck_vocoder *context, double ratio, ptrdiff_t first, ptrdiff_t count,
                                  const float *y, ptrdiff_t y_first, float *out) {
    ptrdiff_t i = 0;
    for (; i + VW <= count; i += VW) {
        vf rows[VW];
        for (ptrdiff_t l = 0; l < VW; l++) rows[l] = weighted(context, (double)(first + i + l) * ratio, y, y_first);
        v_transpose(rows);
        vf sum = rows[0];
        for (ptrdiff_t l = 1; l < VW; l++) sum = v_add(sum, rows[l]);
        v_store(out + i, sum);
    }
    for (; i < count; i++) out[i] = v_sum(weighted(context, (double)(first + i) * ratio, y, y_first));
}
