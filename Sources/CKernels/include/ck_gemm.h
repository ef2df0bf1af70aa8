// General matrix product, row-major: C := beta·C + alpha · op(A) · op(B).
//   op(A) is (M, K): A is (M, K) with row pitch lda, or (K, M) when transpose_a.
//   op(B) is (K, N): B is (K, N) with row pitch ldb, or (N, K) when transpose_b.
//   C is (M, N) with row pitch ldc and must not overlap A or B. beta 0 does not read C.
// For the similarity matrices and their gradients; the convolutions have fused forms of their own (ck_pointwise.h).
#ifndef CK_GEMM_H
#define CK_GEMM_H
#include "ck_base.h"

typedef struct ck_gemm {
    ptrdiff_t M, N, K;
    int transpose_a, transpose_b;
    ptrdiff_t workspace_bytes; // shared by the threads, the caller's (packed panels)
    ptrdiff_t scratch_bytes;   // per thread
    ptrdiff_t rows, columns;   // of C in one block of work, chosen by the plan
} ck_gemm;

ck_status ck_gemm_plan(ck_gemm *plan, ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, int transpose_a, int transpose_b);
void ck_gemm_run(const ck_exec *exec, const ck_gemm *plan, float alpha, const float *A, ptrdiff_t lda, const float *B,
                 ptrdiff_t ldb, float beta, float *C, ptrdiff_t ldc, void *workspace);
// Double accumulators, three loops: the oracle.
void ck_gemm_reference(const ck_gemm *plan, float alpha, const float *A, ptrdiff_t lda, const float *B, ptrdiff_t ldb,
                       float beta, float *C, ptrdiff_t ldc);
#endif
