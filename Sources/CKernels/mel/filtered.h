// The weighted sum of the bins of one mel band, for VW frames at once. `bins` is (bin, lane). This header is included
// after the header of an instruction set.
#ifndef CK_MEL_FILTERED_H
#define CK_MEL_FILTERED_H
#include "filters.h"

CK_INLINE vf filtered(const ck_mel_filter *filter, const float *bins) {
    const float *at = bins + filter->first * VW, *w = filter->weights;
    vf even = v_zero(), odd = v_zero();
    ptrdiff_t i = 0;
    for (; i + 2 <= filter->count; i += 2) {
        even = v_fma(v_set1(w[i]), v_load(at + i * VW), even);
        odd = v_fma(v_set1(w[i + 1]), v_load(at + (i + 1) * VW), odd);
    }
    if (i < filter->count) even = v_fma(v_set1(w[i]), v_load(at + i * VW), even);
    return v_add(even, odd);
}
#endif
