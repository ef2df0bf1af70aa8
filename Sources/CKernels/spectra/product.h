// The waves' products with folded frames, in the words of isa/.
//   out(k, lane) = Σ_j wave(k, j)·folded(j, lane)
// A number of the table times two vectors of frames: 16 accumulators of eight frequencies (8 of four, with 16
// registers). Samples are taken DEPTH at a time, so that those of all frames stay in the first-level cache while every
// frequency passes over them; the partial sums wait in `out`.
#include "../isa/registers.h"
#include "../isa/spans.h"
#include "spectra.h"

enum { FRAMES = CK_SPECTRA_WIDE * VW }; // of a group

CK_INLINE void product_tile(ptrdiff_t depth, const float *wave, const float *folded, int adds, float *out) {
    vf sum[SPECTRA_WAVES][CK_SPECTRA_WIDE];
    CK_UNROLL for (int r = 0; r < SPECTRA_WAVES; r++) CK_UNROLL for (int v = 0; v < CK_SPECTRA_WIDE; v++) sum[r][v] =
        adds ? v_load(out + r * FRAMES + v * VW) : v_zero();
    for (ptrdiff_t j = 0; j < depth; j++, wave += CK_SPECTRA_BLOCK, folded += FRAMES) {
        vf frames[CK_SPECTRA_WIDE];
        CK_UNROLL for (int v = 0; v < CK_SPECTRA_WIDE; v++) frames[v] = v_load(folded + v * VW);
        CK_UNROLL for (int r = 0; r < SPECTRA_WAVES; r++) {
            vf number = v_set1(wave[r]);
            CK_UNROLL for (int v = 0; v < CK_SPECTRA_WIDE; v++) sum[r][v] = v_fma(number, frames[v], sum[r][v]);
        }
    }
    CK_UNROLL for (int r = 0; r < SPECTRA_WAVES; r++) CK_UNROLL for (int v = 0; v < CK_SPECTRA_WIDE; v++)
        v_store(out + r * FRAMES + v * VW, sum[r][v]);
}

static void wave_product(const ck_spectra *context, const float *waves, const float *folded, float *out) {
    ptrdiff_t half = context->config.window / 2;
    for (ptrdiff_t j = 0; j < half; j += CK_SPECTRA_DEPTH)
        for (ptrdiff_t k = 0; k < context->padded; k += SPECTRA_WAVES) {
            const float *wave = waves + (k / CK_SPECTRA_BLOCK * half + j) * CK_SPECTRA_BLOCK + k % CK_SPECTRA_BLOCK;
            ptrdiff_t depth = min(half - j, CK_SPECTRA_DEPTH);
            product_tile(depth, wave, folded + j * FRAMES, j > 0, out + k * FRAMES);
        }
}
