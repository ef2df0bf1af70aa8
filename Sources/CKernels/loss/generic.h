#include "loss.h"
#include "../isa/spans.h"
#include <math.h>
#include <string.h>

CK_INLINE float largest(const float *s, ptrdiff_t count) {
    float most = -INFINITY;
    ptrdiff_t i = 0;
    if (count >= VW) {
        vf m = v_load(s);
        for (i = VW; i + VW <= count; i += VW) m = v_max(m, v_load(s + i));
        most = v_max_across(m);
    }
    for (; i < count; i++) most = s[i] > most ? s[i] : most;
    return most;
}

// e^(s − most). The result is NaN if s is NaN. v_exp and v_max alone would turn the NaN into a number, and the loss
// would not show the error.
CK_INLINE vf exp_of(vf s, vf most) {
    vf d = v_sub(s, most);
    return v_add(v_exp(d), nan_of(d));
}

CK_INLINE void store_exp(ptrdiff_t i, ptrdiff_t n, const float *s, vf most, float *g, vf *sum) {
    vf e = exp_of(load_n(s + i, n), most);
    if (g != NULL) store_n(g + i, n, e);
    if (n == VW) {
        *sum = v_add(*sum, e);
    } else {
        float lanes[VW];
        v_store(lanes, e);
        *sum = v_add(*sum, v_load_tail(lanes, n));
    }
}

CK_INLINE void scale(ptrdiff_t i, ptrdiff_t n, float *g, vf factor) {
    store_n(g + i, n, v_mul(load_n(g + i, n), factor));
}

void CK_NAME(ck_softmax_cross_entropy_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const cross_entropy_job *k = context;
    const int32_t *labels = k->loss.labels;
    const ptrdiff_t N = k->loss.N;
    ptrdiff_t first = block * LOSS_ROWS, end = min(k->loss.M, first + LOSS_ROWS);
    for (ptrdiff_t m = first; m < end; m++) {
        const float *s = k->s + m * N;
        float *g = k->g != NULL ? k->g + m * N : NULL;
        ptrdiff_t label = labels != NULL ? labels[m] : m;
        if (label < 0) {
            k->losses[m] = k->correct[m] = 0;
            if (g != NULL) memset(g, 0, (size_t)N * sizeof(float));
            continue;
        }
        if (label >= N) { // the label has no column
            k->losses[m] = NAN, k->correct[m] = 0;
            for (ptrdiff_t n = 0; g != NULL && n < N; n++) g[n] = NAN;
            continue;
        }
        float most = largest(s, N), own = s[label]; // read before g is written, because g may be s
        int attained = own == most && !(label > 0 && largest(s, label) == most);
        vf sums = v_zero();
        if (g != NULL) FOR_SPAN(N, store_exp, s, v_set1(most), g, &sums);
        else
            FOR_SPAN(N, store_exp, s, v_set1(most), NULL, &sums);
        double sum = v_sum(sums);
        k->losses[m] = log(sum) + ((double)most - own);
        k->correct[m] = attained && !isnan(k->losses[m]);
        if (g == NULL) continue;
        FOR_SPAN(N, scale, g, v_set1((float)(1 / (sum * k->rows))));
        g[label] -= 1 / (float)k->rows;
    }
}
