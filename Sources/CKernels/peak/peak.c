#include "peak.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_peak_fma_block)
CK_KERNEL(ck_task_function, ck_peak_copy_block)

void ck_peak_fma(const ck_exec *exec, ptrdiff_t blocks, ptrdiff_t iterations, float *sink) {
    ck_peak_job job = {.iterations = iterations, .to = sink};
    ck_parallel(exec, blocks, CK_ACTIVE(ck_peak_fma_block), &job);
}

double ck_peak_fma_operations(ptrdiff_t iterations) {
    static const int widths[CK_ISA_COUNT] = {4, 8, 16};
    return 2.0 * CK_PEAK_CHAINS * widths[ck_isa_active()] * (double)iterations;
}

void ck_peak_copy(const ck_exec *exec, ptrdiff_t count, const float *from, float *to) {
    ck_peak_job job = {.count = count, .from = from, .to = to};
    ck_parallel(exec, blocks_of(count, PEAK_COPY_FLOATS), CK_ACTIVE(ck_peak_copy_block), &job);
}
