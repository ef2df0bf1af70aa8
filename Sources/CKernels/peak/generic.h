#include "peak.h"
#include "../isa/spans.h"

// Two units with a latency of four cycles need at least eight independent chains. Twelve chains are used. x is always
// between 0.5 and 1.
void CK_NAME(ck_peak_fma_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_peak_job *job = context;
    float *sink = job->to + block * CK_PEAK_SINK;
    vf x[CK_PEAK_CHAINS], factor = v_set1(0.5f), term = v_set1(0.25f), sum = v_zero();
    for (int i = 0; i < CK_PEAK_CHAINS; i++) x[i] = v_set1(1.0f - (float)(block + i) * 0x1p-20f);
    for (ptrdiff_t n = 0; n < job->iterations; n++)
        for (int i = 0; i < CK_PEAK_CHAINS; i++) x[i] = v_fma(x[i], factor, term);
    for (int i = 0; i < CK_PEAK_CHAINS; i++) sum = v_add(sum, x[i]);
    v_store(sink, sum);
}

void CK_NAME(ck_peak_copy_block)(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_peak_job *job = context;
    ptrdiff_t first = block * PEAK_COPY_FLOATS, rest = job->count - first;
    ptrdiff_t count = min(rest, PEAK_COPY_FLOATS), i = 0;
    const float *from = job->from + first;
    float *to = job->to + first;
    for (; i + VW <= count; i += VW) v_stream(to + i, v_load(from + i));
    v_store_tail(to + i, count - i, v_load_tail(from + i, count - i));
    stream_fence();
}
