// The product of the waves (the tables of cosines or sines) with folded frames, with the vector functions of isa/.
//   out(k, lane) = Σ_j wave(k, j)·folded(j, lane)
// A number of the table is multiplied by two vectors of frames. A tile has 16 accumulators for eight frequencies (8
// accumulators for four frequencies, if there are only 16 registers). CK_SPECTRA_DEPTH samples are processed at a time,
// so that the samples of all frames remain in the L1 cache for all frequencies. The partial sums are stored in `out`.
#include "../isa/registers.h"
#include "../isa/spans.h"
#include "spectra.h"

enum { FRAMES = CK_SPECTRA_WIDE * VW }; // frames of a group

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
