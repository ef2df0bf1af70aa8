// Plan and dispatch of the general matrix product.
#include "ck_gemm.h"
#include "../isa/dispatch.h"
#include "blocks.h"

ck_status ck_gemm_plan(ck_gemm *plan, ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, int transpose_a, int transpose_b) {
    if (!product_fits(M, K, N)) return CK_INVALID_SHAPE;
    ptrdiff_t rows = block_rows(M, K, GEMM_BLOCK_FLOATS, GEMM_FEWEST_ROWS, GEMM_MOST_ROWS);
    *plan = (ck_gemm){
        .M = M,
        .N = N,
        .K = K,
        .transpose_a = transpose_a != 0,
        .transpose_b = transpose_b != 0,
        .rows = rows,
        .columns = block_columns(blocks_of(M, rows), N),
        .workspace_bytes = bytes_of(panel_floats(K, N)),
        .scratch_bytes = bytes_of(packed_floats(rows, K)),
    };
    return CK_OK;
}

typedef void run_function(const ck_exec *, const ck_gemm *, const ck_gemm_operands *, void *);
CK_KERNEL(run_function, ck_gemm_run)

void ck_gemm_run(const ck_exec *exec, const ck_gemm *plan, const ck_gemm_operands *operands, void *workspace) {
    CK_ACTIVE(ck_gemm_run)(exec, plan, operands, workspace);
}
