// The phase rotation of every bin of a frame. It is measured at the spectral peaks; the bins around a peak have the
// same rotation as the peak.
#define CK_EACH_ROW _Pragma("clang loop unroll(full)") for (ptrdiff_t i = 0; i < VW; i++)
#define CK_HALF_OF_ROWS _Pragma("clang loop unroll(full)") for (ptrdiff_t i = 0; i < VW / 2; i++)

enum { CK_VOCODER_MOST_PEAKS = 8192 / 2 / 3 + 2 }; // peaks are at least three bins apart

typedef struct {
    float *re, *im;               // (VW + 1, pitch): the frames of a block; row 0 is the frame before the block
    float *before_re, *before_im; // (VW + 1, pitch): the frames one hop before; later, the rotated bins of the frames
    float *turn_re, *turn_im;     // (pitch): R of the last frame
    float *next_re, *next_im;     // (pitch): R of a bin if it is a peak
    float *power;                 // (pitch): |X|², with −1 before the first and after the last bin
    ptrdiff_t pitch, all, bins;
} spectra;

// Places the arrays at `rows`. `bins` of `all` bins are kept; the other ones are set to zero. All values that are read
// before they are written are initialized with 0: the frame before the first frame, the first R, and values after the
// last bin of a row, which vectors read.
static spectra spectra_in(float *rows, ptrdiff_t pitch, ptrdiff_t all, ptrdiff_t bins) {
    ptrdiff_t block = (VW + 1) * pitch, frames = 4 * (VW + 1);
    float *single = rows + 4 * block;
    for (ptrdiff_t row = 0; row < frames + 5; row++)
        for (ptrdiff_t k = row < frames && row % (VW + 1) > 0 ? all : 0; k < pitch; k++) rows[row * pitch + k] = 0;
    spectra s = {rows,
                 rows + block,
                 rows + 2 * block,
                 rows + 3 * block,
                 single,
                 single + pitch,
                 single + 2 * pitch,
                 single + 3 * pitch,
                 single + 4 * pitch + 8,
                 pitch,
                 all,
                 bins};
    return s;
}

// For frame l: power := |X(l)|²; next := unit(R·X(l − 1)·X_before*(l)), or 1 if this product is 0.
CK_INLINE void measure(const spectra *s, ptrdiff_t l) {
    const float *re = s->re + l * s->pitch, *im = s->im + l * s->pitch;
    const float *before_re = s->before_re + l * s->pitch, *before_im = s->before_im + l * s->pitch;
    vf one = v_set1(1), least = v_set1(1e-30f);
    for (ptrdiff_t k = 0; k < s->bins; k += VW) {
        vc now = {v_load(re + k), v_load(im + k)}, last = {v_load(re + k - s->pitch), v_load(im + k - s->pitch)};
        vc before = {v_load(before_re + k), v_load(before_im + k)};
        vc turn = {v_load(s->turn_re + k), v_load(s->turn_im + k)};
        vc advance = {v_fma(last.re, before.re, v_mul(last.im, before.im)),
                      v_fnma(last.re, before.im, v_mul(last.im, before.re))};
        vc next = {v_fnma(turn.im, advance.im, v_mul(turn.re, advance.re)),
                   v_fma(turn.re, advance.im, v_mul(turn.im, advance.re))};
        vf norm = v_fma(next.re, next.re, v_mul(next.im, next.im));
        vf scale = v_div(one, v_sqrt(v_max(norm, least)));
        v_store(s->next_re + k, v_select_gt(norm, least, v_mul(next.re, scale), one));
        v_store(s->next_im + k, v_select_gt(norm, least, v_mul(next.im, scale), v_zero()));
        v_store(s->power + k, v_fma(now.re, now.re, v_mul(now.im, now.im)));
    }
    s->power[-2] = s->power[-1] = s->power[s->bins] = s->power[s->bins + 1] = -1;
}

// Finds the bins whose power is greater than that of the two bins on either side. The code has no branch, because noise
// would make a branch unpredictable.
static ptrdiff_t find_peaks(const spectra *s, int16_t *peaks) {
    ptrdiff_t count = 0;
    const float *p = s->power;
    for (ptrdiff_t k = 0; k < s->bins; k++) {
        peaks[count] = (int16_t)k;
        count += (p[k] > p[k - 1]) & (p[k] > p[k + 1]) & (p[k] > p[k - 2]) & (p[k] > p[k + 2]);
    }
    return count;
}

// R := `next` at the nearest peak. The stores of a peak may extend beyond its last bin. Then the stores of the next
// peak overwrite these values, or they are in the padding of the row.
CK_INLINE void lock(const spectra *s, const int16_t *peaks, ptrdiff_t count) {
    ptrdiff_t from = 0;
    for (ptrdiff_t p = 0; p < count; p++) {
        ptrdiff_t to = p + 1 < count ? (peaks[p] + peaks[p + 1] + 1) / 2 : s->bins;
        vf re = v_set1(s->next_re[peaks[p]]), im = v_set1(s->next_im[peaks[p]]);
        for (; from < to; from += VW) v_store(s->turn_re + from, re), v_store(s->turn_im + from, im);
        from = to;
    }
    for (; from < s->bins; from += VW) v_store(s->turn_re + from, v_set1(1)), v_store(s->turn_im + from, v_zero());
}

// Rotates the bins of frame l of the block, with R = 1 if `anew` is 1. The result replaces the frame one hop before it.
static void turn_frame(const spectra *s, ptrdiff_t l, int anew) {
    int16_t peaks[CK_VOCODER_MOST_PEAKS];
    const float *re = s->re + l * s->pitch, *im = s->im + l * s->pitch;
    float *out_re = s->before_re + l * s->pitch, *out_im = s->before_im + l * s->pitch;
    measure(s, l);
    lock(s, peaks, anew ? 0 : find_peaks(s, peaks));
    for (ptrdiff_t k = 0; k < s->bins; k += VW) {
        vc x = {v_load(re + k), v_load(im + k)}, turn = {v_load(s->turn_re + k), v_load(s->turn_im + k)};
        v_store(out_re + k, v_fnma(x.im, turn.im, v_mul(x.re, turn.re)));
        v_store(out_im + k, v_fma(x.im, turn.re, v_mul(x.re, turn.im)));
    }
    for (ptrdiff_t k = s->bins; k < s->all; k++) out_re[k] = out_im[k] = 0;
    // The first and the last bin of the spectrum of a real signal are real.
    out_im[0] = out_im[s->all - 1] = 0;
}

static void keep_last_frame(const spectra *s) {
    for (ptrdiff_t k = 0; k < s->bins; k += VW) {
        v_store(s->re + k, v_load(s->re + VW * s->pitch + k));
        v_store(s->im + k, v_load(s->im + VW * s->pitch + k));
    }
}
