#ifndef CK_ISA_MOMENTS_H
#define CK_ISA_MOMENTS_H
#include "spans.h"
// The statistics of a block of rows, per channel, for batch normalization. They have the shape (3, C): the number of
// rows, the mean, and Σ (y − mean)².
//
// The sums of a block are computed relative to a shift s, which is the first value of the block: Σ (y − s) and
// Σ (y − s)². No value of a block, and therefore also not s, is more than √rows standard deviations away from the mean.
// Therefore the sum of squares is accurate for any mean. Σ y² would not be: with a mean of 1000 and a standard
// deviation of 0.1, the variance would be lost in the rounding error of a float.

enum { MOMENT_SHIFT, MOMENT_SUM, MOMENT_SQUARES, MOMENT_COUNT }; // the order of the intermediate sums of a block

CK_INLINE void add_moments(vf y, vf shift, vf *sum, vf *squares) {
    const vf d = v_sub(y, shift);
    *sum = v_add(*sum, d);
    *squares = v_fma(d, d, *squares);
}

// Computes and stores the statistics of a block. With δ = Σ (y − s)/rows:  mean = s + δ,
// Σ (y − mean)² = Σ (y − s)² − δ·Σ (y − s). A block without rows has statistics of 0.
CK_INLINE void store_moments(float *statistics, ptrdiff_t C, ptrdiff_t lanes, ptrdiff_t rows, vf shift, vf sum,
                             vf squares) {
    const vf distance = v_div(sum, v_set1(rows > 0 ? (float)rows : 1));
    store_n(statistics, lanes, v_set1((float)rows));
    store_n(statistics + C, lanes, v_add(shift, distance));
    store_n(statistics + 2 * C, lanes, v_max(v_zero(), v_fnma(distance, sum, squares))); // a NaN remains a NaN
}

// Replaces shift, sum and sum of squares in `statistics` (3, C) by the statistics, for the channels first ..< end.
CK_INLINE void finish_moments(float *statistics, ptrdiff_t C, ptrdiff_t first, ptrdiff_t end, ptrdiff_t rows) {
    for (ptrdiff_t c = first; c < end; c += VW) {
        const ptrdiff_t lanes = min(end - c, VW);
        float *at = statistics + c;
        store_moments(at, C, lanes, rows, load_n(at + MOMENT_SHIFT * C, lanes), load_n(at + MOMENT_SUM * C, lanes),
                      load_n(at + MOMENT_SQUARES * C, lanes));
    }
}
#endif
