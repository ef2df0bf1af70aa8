// y = a·wᵀ + bias, and the statistics of each block of rows.

typedef struct {
    const ck_pointwise *plan;
    const ck_operand *x;
    const float *panels, *bias;
    ck_output y;
    int stream; // 1: y is written with streaming stores (see worth_streaming)
} forward_job;

// Computes a tile of y, and stores its first `rows` rows, at most TILE. `begins` is 1 for the first tile of a block.
// sums contains the intermediate sums of the columns of the panel (moments.h), each in PANEL floats.
CK_INLINE void forward_tile(int vectors, const forward_job *job, const float *a, ptrdiff_t n, ptrdiff_t m,
                            ptrdiff_t rows, ptrdiff_t columns, int begins, tile_stage *stage, float *sums) {
    ptrdiff_t N = job->plan->N, last = columns - (vectors - 1) * VW;
    vf acc[TILE][WIDE];
    staged_product(vectors, job->plan->K, a, job->panels + n * job->plan->K, stage, acc);
    for (int j = 0; j < vectors; j++) {
        ptrdiff_t lanes = j + 1 < vectors ? VW : last;
        vf bias = job->bias ? load_n(job->bias + n + j * VW, lanes) : v_zero();
        float *const at = sums + j * VW;
        if (begins) v_store(at + MOMENT_SHIFT * PANEL, v_add(acc[0][j], bias));
        const vf shift = v_load(at + MOMENT_SHIFT * PANEL);
        // The sums of the tile are computed separately, because long chains of float additions lose accuracy.
        vf sum = v_zero(), squares = v_zero();
        CK_UNROLL for (int r = 0; r < TILE; r++) {
            if (r >= rows) continue;
            acc[r][j] = v_add(acc[r][j], bias);
            add_moments(acc[r][j], shift, &sum, &squares);
        }
        v_store(at + MOMENT_SUM * PANEL, v_add(v_load(at + MOMENT_SUM * PANEL), sum));
        v_store(at + MOMENT_SQUARES * PANEL, v_add(v_load(at + MOMENT_SQUARES * PANEL), squares));
    }
    if (job->y.y16) {
        CK_UNROLL for (int r = 0; r < TILE; r++) {
            if (r >= rows) continue;
            for (int j = 0; j < vectors; j++)
                store_bf16(job->y.y16 + (m + r) * N + n + j * VW, j + 1 < vectors ? VW : last, acc[r][j]);
        }
        return;
    }
    float *y = job->y.y + m * N + n;
    if (POINTWISE_STAGED && stage->pace > 0 && rows >= TILE) {
        stage_tile(vectors, stage, y, acc);
        return;
    }
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= rows) continue;
        for (int j = 0; j < vectors; j++) {
            if (job->stream) v_stream(y + r * N + j * VW, acc[r][j]);
            else
                store_n(y + r * N + j * VW, j + 1 < vectors ? VW : last, acc[r][j]);
        }
    }
}

CK_TILES(forward_tile,
         (const forward_job *job, const float *a, ptrdiff_t n, ptrdiff_t m, ptrdiff_t rows, ptrdiff_t columns,
          int begins, tile_stage *stage, float *sums),
         job, a, n, m, rows, columns, begins, stage, sums)

// Stores the statistics (3, N) of `rows` rows, for the columns of a panel.
static void store_panel_moments(float *statistics, ptrdiff_t N, ptrdiff_t columns, ptrdiff_t rows, const float *sums) {
    for (ptrdiff_t c = 0; c < columns; c += VW)
        store_moments(statistics + c, N, min(VW, columns - c), rows, v_load(sums + MOMENT_SHIFT * PANEL + c),
                      v_load(sums + MOMENT_SUM * PANEL + c), v_load(sums + MOMENT_SQUARES * PANEL + c));
}

static void forward_block(void *context, ptrdiff_t block, void *scratch) {
    const forward_job *job = context;
    const ck_pointwise *plan = job->plan;
    ptrdiff_t column_blocks = blocks_of(plan->N, plan->forward_columns);
    ptrdiff_t row_block = block / column_blocks, m = row_block * plan->forward_block;
    ptrdiff_t rows = min(plan->forward_block, plan->M - m), strip_floats = STRIP * padded(plan->K);
    ptrdiff_t n = block % column_blocks * plan->forward_columns, end = min(plan->N, n + plan->forward_columns);
    float *statistics = job->y.statistics ? job->y.statistics + 3 * row_block * plan->N : NULL;
    pack_operand(job->x, (row_range){plan->K, plan->rows_per_image, m, rows}, scratch);
    tile_stage stage = {.pitch = plan->N, .pace = job->stream ? stage_pace(plan->K) : 0};
    for (; n < end; n += PANEL) {
        ptrdiff_t columns = min(PANEL, end - n);
        float sums[MOMENT_COUNT * PANEL] = {0};
        for (ptrdiff_t r = 0; r < rows; r += TILE) {
            const float *a = (const float *)scratch + r / STRIP * strip_floats + r % STRIP * VW;
            forward_tile_of[panel_vectors(columns) - 1](job, a, n, m + r, rows - r, columns, r == 0, &stage, sums);
        }
        empty_stage(panel_vectors(columns), &stage);
        if (statistics) store_panel_moments(statistics + n, plan->N, columns, rows, sums);
    }
    if (job->stream) stream_fence();
}

void CK_NAME(ck_pointwise_forward)(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                                   const float *bias, const ck_output *y, void *workspace) {
    panel_packing packing = {plan->K, plan->N, plan->K, 1, w, workspace};
    ck_parallel(exec, blocks_of(plan->N, BLOCK_COLUMNS), pack_columns, &packing);
    int stream = POINTWISE_STAGED && y->y && worth_streaming(y->y, plan->M * plan->N, plan->N, POINTWISE_STREAM_FLOATS);
    forward_job job = {plan, x, workspace, bias, *y, stream};
    ptrdiff_t column_blocks = blocks_of(plan->N, plan->forward_columns);
    ck_parallel(exec, plan->statistics_blocks * column_blocks, forward_block, &job);
}
