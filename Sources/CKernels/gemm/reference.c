#include "ck_gemm.h"

void ck_gemm_reference(const ck_gemm *plan, const ck_gemm_operands *operands) {
    const ck_gemm_operands o = *operands;
    for (ptrdiff_t m = 0; m < plan->M; m++)
        for (ptrdiff_t n = 0; n < plan->N; n++) {
            double sum = 0;
            for (ptrdiff_t k = 0; k < plan->K; k++) {
                double a = plan->transpose_a ? o.A[k * o.lda + m] : o.A[m * o.lda + k];
                double b = plan->transpose_b ? o.B[n * o.ldb + k] : o.B[k * o.ldb + n];
                sum += a * b;
            }
            float *c = o.C + m * o.ldc + n;
            *c = (float)(o.alpha * sum + (o.beta != 0 ? (double)o.beta * *c : 0));
        }
}
