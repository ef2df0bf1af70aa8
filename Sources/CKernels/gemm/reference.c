#include "ck_gemm.h"

void ck_gemm_reference(const ck_gemm *plan, float alpha, const float *A, ptrdiff_t lda, const float *B, ptrdiff_t ldb,
                       float beta, float *C, ptrdiff_t ldc) {
    for (ptrdiff_t m = 0; m < plan->M; m++)
        for (ptrdiff_t n = 0; n < plan->N; n++) {
            double sum = 0;
            for (ptrdiff_t k = 0; k < plan->K; k++) {
                double a = plan->transpose_a ? A[k * lda + m] : A[m * lda + k];
                double b = plan->transpose_b ? B[n * ldb + k] : B[k * ldb + n];
                sum += a * b;
            }
            C[m * ldc + n] = (float)(alpha * sum + (beta != 0 ? (double)beta * C[m * ldc + n] : 0));
        }
}
