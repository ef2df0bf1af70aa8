#ifndef CK_ISA_MOMENTS_H
#define CK_ISA_MOMENTS_H
#include "spans.h"
// The moments of a block of values, per channel: statistics (3, C) = rows, mean, Σ (y − mean)², for batch
// normalisation.
//
// The values y of a block are summed about a shift s, its first value: Σ (y − s) and Σ (y − s)². No value of the block
// is further than √rows deviations from its mean, s neither, so that the squares keep the variance whatever the mean
// is. Σ y² would not: of a mean of 1000 and a deviation of 0.1, a float holds nothing of the variance.

enum { MOMENT_SHIFT, MOMENT_SUM, MOMENT_SQUARES, MOMENT_COUNT }; // places of a block's unfinished moments

CK_INLINE void add_moments(vf y, vf shift, vf *sum, vf *squares) {
    const vf d = v_sub(y, shift);
    *sum = v_add(*sum, d);
    *squares = v_fma(d, d, *squares);
}

// With δ = Σ (y − s)/rows:  mean = s + δ,  Σ (y − mean)² = Σ (y − s)² − δ·Σ (y − s). Without rows all are 0.
CK_INLINE void store_moments(float *statistics, ptrdiff_t C, ptrdiff_t lanes, ptrdiff_t rows, vf shift, vf sum,
                             vf squares) {
    const vf distance = v_div(sum, v_set1(rows > 0 ? (float)rows : 1));
    store_n(statistics, lanes, v_set1((float)rows));
    store_n(statistics + C, lanes, v_add(shift, distance));
    store_n(statistics + 2 * C, lanes, v_max(v_zero(), v_fnma(distance, sum, squares))); // a NaN stays one
}

// Finishes channels first ..< end of statistics (3, C) that hold shift, sum and squares.
CK_INLINE void finish_moments(float *statistics, ptrdiff_t C, ptrdiff_t first, ptrdiff_t end, ptrdiff_t rows) {
    for (ptrdiff_t c = first; c < end; c += VW) {
        const ptrdiff_t lanes = min(end - c, VW);
        float *at = statistics + c;
        store_moments(at, C, lanes, rows, load_n(at + MOMENT_SHIFT * C, lanes), load_n(at + MOMENT_SUM * C, lanes),
                      load_n(at + MOMENT_SQUARES * C, lanes));
    }
}
#endif
