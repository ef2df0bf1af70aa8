// The waves' products with folded frames, in the words of isa/.
//   out(k, lane) = Σ_j wave(k, j)·folded(j, lane)
// A number of the table times two vectors of frames: 16 accumulators of eight frequencies (8 of four, with 16
// registers). Samples are taken DEPTH at a time, so that those of all frames stay in the first-level cache while every
// frequency passes over them; the partial sums wait in `out`.
#include "spectra.h"

enum { WIDE = CK_SPECTRA_WIDE, GROUP = WIDE * VW };
#if VW == 16
enum { ROWS = 8 };
#else
enum { ROWS = 4 };
#endif
#define CK_UNROLL _Pragma("clang loop unroll(full)")

CK_INLINE void product_tile(ptrdiff_t depth, const float *wave, const float *folded, int adds, float *out) {
    vf sum[ROWS][WIDE];
    CK_UNROLL for (int r = 0; r < ROWS; r++) CK_UNROLL for (int v = 0; v < WIDE; v++) sum[r][v] =
        adds ? v_load(out + r * GROUP + v * VW) : v_zero();
    for (ptrdiff_t j = 0; j < depth; j++, wave += CK_SPECTRA_BLOCK, folded += GROUP) {
        vf frames[WIDE];
        CK_UNROLL for (int v = 0; v < WIDE; v++) frames[v] = v_load(folded + v * VW);
        CK_UNROLL for (int r = 0; r < ROWS; r++) {
            vf number = v_set1(wave[r]);
            CK_UNROLL for (int v = 0; v < WIDE; v++) sum[r][v] = v_fma(number, frames[v], sum[r][v]);
        }
    }
    CK_UNROLL for (int r = 0; r < ROWS; r++) CK_UNROLL for (int v = 0; v < WIDE; v++)
        v_store(out + r * GROUP + v * VW, sum[r][v]);
}

static void wave_product(const ck_spectra *context, const float *waves, const float *folded, float *out) {
    ptrdiff_t half = context->config.window / 2;
    for (ptrdiff_t j = 0; j < half; j += CK_SPECTRA_DEPTH)
        for (ptrdiff_t k = 0; k < context->padded; k += ROWS) {
            const float *wave = waves + (k / CK_SPECTRA_BLOCK * half + j) * CK_SPECTRA_BLOCK + k % CK_SPECTRA_BLOCK;
            ptrdiff_t depth = min(half - j, CK_SPECTRA_DEPTH);
            product_tile(depth, wave, folded + j * GROUP, j > 0, out + k * GROUP);
        }
}
