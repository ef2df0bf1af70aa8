// General matrix product of row-major matrices: C := beta·C + alpha · op(A) · op(B).
//   op(A) is (M, K): A is (M, K) with row pitch lda, or (K, M) if transpose_a is set.
//   op(B) is (K, N): B is (K, N) with row pitch ldb, or (N, K) if transpose_b is set.
//   C is (M, N) with row pitch ldc, and must not overlap A or B. If beta is 0, C is not read.
// It computes similarity matrices and their gradients. Convolutions use their own fused kernels, see ck_pointwise.h.
#ifndef CK_GEMM_H
#define CK_GEMM_H
#include "ck_base.h"

typedef struct ck_gemm {
    ptrdiff_t M, N, K;
    int transpose_a, transpose_b;
    ptrdiff_t workspace_bytes; // for packed panels; the caller provides it, the threads share it
    ptrdiff_t scratch_bytes;   // per thread
    ptrdiff_t rows, columns;   // size of the part of C that is one block of work; the plan chooses it
} ck_gemm;

// Makes the plan of a product. Returns CK_INVALID_SHAPE unless the sizes are positive and the matrices fit into the
// address space.
ck_status ck_gemm_plan(ck_gemm *plan, ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, int transpose_a, int transpose_b);

// The factors, and the matrices with their row pitches.
typedef struct ck_gemm_operands {
    float alpha;
    const float *A;
    ptrdiff_t lda;
    const float *B;
    ptrdiff_t ldb;
    float beta;
    float *C;
    ptrdiff_t ldc;
} ck_gemm_operands;

void ck_gemm_run(const ck_exec *exec, const ck_gemm *plan, const ck_gemm_operands *operands, void *workspace);
// The reference implementation: three loops with double accumulators.
void ck_gemm_reference(const ck_gemm *plan, const ck_gemm_operands *operands);
#endif
