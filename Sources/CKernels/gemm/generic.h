// C := beta·C + alpha·op(A)·op(B). First, all panels of B are packed into the workspace. Then each block packs its rows
// of A into the scratch memory of its thread, and multiplies them by the panels of its columns.
#include "ck_gemm.h"
#include "tile.h"

typedef struct {
    const ck_gemm *plan;
    ck_gemm_operands operands;
    const float *panels; // of B
} gemm_job;

// Packs rows m ..< m + count of op(A). The last strip is filled up with zeros.
static void pack_A(const gemm_job *job, ptrdiff_t m, ptrdiff_t count, float *packed) {
    const ck_gemm_operands *o = &job->operands;
    ptrdiff_t K = job->plan->K, strip_floats = STRIP * padded(K);
    for (ptrdiff_t r = 0; r < count; r += STRIP, packed += strip_floats) {
        ptrdiff_t rows = min(STRIP, count - r);
        if (rows < STRIP) memset(packed, 0, (size_t)strip_floats * sizeof(float));
        float *square = packed;
        for (ptrdiff_t k = 0; k < K; k += VW, square += STRIP * VW) {
            ptrdiff_t depth = min(VW, K - k);
            if (job->plan->transpose_a) transpose(depth, rows, o->A + k * o->lda + m + r, o->lda, square, VW);
            else
                for (ptrdiff_t i = 0; i < rows; i++)
                    v_store(square + i * VW, v_load_tail(o->A + (m + r + i) * o->lda + k, depth));
        }
    }
}

CK_INLINE void gemm_tile(int vectors, const gemm_job *job, const float *a, const float *b, float *C, ptrdiff_t rows,
                         ptrdiff_t columns) {
    vf acc[TILE][WIDE], alpha = v_set1(job->operands.alpha), beta = v_set1(job->operands.beta);
    tile_product(vectors, job->plan->K, a, b, acc);
    ptrdiff_t last = columns - (vectors - 1) * VW;
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= rows) continue;
        float *row = C + r * job->operands.ldc;
        for (int j = 0; j < vectors; j++) {
            ptrdiff_t lanes = j + 1 < vectors ? VW : last;
            vf value = v_mul(alpha, acc[r][j]);
            if (job->operands.beta != 0) value = v_fma(beta, v_load_tail(row + j * VW, lanes), value);
            v_store_tail(row + j * VW, lanes, value);
        }
    }
}

CK_TILES(gemm_tile, (const gemm_job *job, const float *a, const float *b, float *C, ptrdiff_t rows, ptrdiff_t columns),
         job, a, b, C, rows, columns)

static void gemm_block(void *context, ptrdiff_t block, void *scratch) {
    const gemm_job *job = context;
    const ck_gemm *plan = job->plan;
    ptrdiff_t column_blocks = blocks_of(plan->N, plan->columns);
    ptrdiff_t m = block / column_blocks * plan->rows, n = block % column_blocks * plan->columns;
    ptrdiff_t rows = min(plan->rows, plan->M - m), end = min(plan->N, n + plan->columns);
    pack_A(job, m, rows, scratch);
    for (; n < end; n += PANEL) {
        ptrdiff_t columns = min(PANEL, end - n);
        const float *b = job->panels + n * plan->K;
        for (ptrdiff_t r = 0; r < rows; r += TILE) {
            const float *a = (const float *)scratch + r / STRIP * STRIP * padded(plan->K) + r % STRIP * VW;
            float *C = job->operands.C + (m + r) * job->operands.ldc + n;
            gemm_tile_of[panel_vectors(columns) - 1](job, a, b, C, rows - r, columns);
        }
    }
}

void CK_NAME(ck_gemm_run)(const ck_exec *exec, const ck_gemm *plan, const ck_gemm_operands *operands, void *workspace) {
    panel_packing packing = {plan->K, plan->N, operands->ldb, plan->transpose_b, operands->B, workspace};
    ck_parallel(exec, blocks_of(plan->N, BLOCK_COLUMNS), pack_columns, &packing);
    gemm_job job = {plan, *operands, workspace};
    ptrdiff_t row_blocks = blocks_of(plan->M, plan->rows);
    ptrdiff_t column_blocks = blocks_of(plan->N, plan->columns);
    ck_parallel(exec, row_blocks * column_blocks, gemm_block, &job);
}
