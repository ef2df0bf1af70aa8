// y = a·wᵀ + bias, and the statistics of each block of rows.

typedef struct {
    const ck_pointwise *plan;
    const ck_operand *x;
    const float *panels, *bias;
    ck_output y;
    int stream; // 1: y is written with streaming stores (see worth_streaming)
} forward_job;

// A block of rows that is being computed.
typedef struct {
    const forward_job *job;
    ptrdiff_t m;                      // the first row of the block
    float *statistics;                // of the block, or NULL
    float sums[MOMENT_COUNT * PANEL]; // the intermediate sums of a panel (moments.h), each in PANEL floats
} forward_rows;

// Adds the bias to a tile of y, and the tile to the intermediate sums. If y is stored as bfloat16, stores the tile.
CK_INLINE int finish_forward_tile(int vectors, void *task, const row_product *p, result_part t, vf acc[TILE][WIDE]) {
    forward_rows *f = task;
    const forward_job *job = f->job;
    for (int j = 0; j < vectors; j++) {
        vf bias = job->bias ? load_n(job->bias + t.column + j * VW, lanes_of(vectors, j, t)) : v_zero();
        float *const at = f->sums + j * VW;
        if (t.row == 0) {
            v_store(at + MOMENT_SHIFT * PANEL, v_add(acc[0][j], bias));
            v_store(at + MOMENT_SUM * PANEL, v_zero());
            v_store(at + MOMENT_SQUARES * PANEL, v_zero());
        }
        const vf shift = v_load(at + MOMENT_SHIFT * PANEL);
        // The sums of the tile are computed separately, because long chains of float additions lose accuracy.
        vf sum = v_zero(), squares = v_zero();
        CK_UNROLL for (int r = 0; r < TILE; r++) {
            if (r >= t.rows) continue;
            acc[r][j] = v_add(acc[r][j], bias);
            add_moments(acc[r][j], shift, &sum, &squares);
        }
        v_store(at + MOMENT_SUM * PANEL, v_add(v_load(at + MOMENT_SUM * PANEL), sum));
        v_store(at + MOMENT_SQUARES * PANEL, v_add(v_load(at + MOMENT_SQUARES * PANEL), squares));
    }
    if (job->y.y16 == NULL) return 0;
    const ptrdiff_t N = p->pitch;
    ck_bf16 *y16 = job->y.y16 + (f->m + t.row) * N + t.column;
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= t.rows) continue;
        for (int j = 0; j < vectors; j++) store_bf16(y16 + r * N + j * VW, lanes_of(vectors, j, t), acc[r][j]);
    }
    return 1;
}

PRODUCT_TILES(forward_tile, finish_forward_tile)

// Stores the statistics (3, N) of the block, for the columns of a panel.
static void finish_forward_panel(const row_product *p, void *task, ptrdiff_t column, ptrdiff_t columns) {
    const forward_rows *f = task;
    const float *sums = f->sums;
    for (ptrdiff_t c = 0; f->statistics && c < columns; c += VW)
        store_moments(f->statistics + column + c, p->pitch, min(VW, columns - c), p->rows,
                      v_load(sums + MOMENT_SHIFT * PANEL + c), v_load(sums + MOMENT_SUM * PANEL + c),
                      v_load(sums + MOMENT_SQUARES * PANEL + c));
}

static void forward_block(void *context, ptrdiff_t block, void *scratch) {
    const forward_job *job = context;
    const ck_pointwise *plan = job->plan;
    ptrdiff_t N = plan->N, column_blocks = blocks_of(N, plan->forward_columns);
    ptrdiff_t row_block = block / column_blocks, m = row_block * plan->forward_block;
    ptrdiff_t rows = min(plan->forward_block, plan->M - m);
    ptrdiff_t n = block % column_blocks * plan->forward_columns, end = min(N, n + plan->forward_columns);
    pack_operand(job->x, (row_range){plan->K, plan->rows_per_image, m, rows}, scratch);
    forward_rows f = {.job = job, .m = m};
    if (job->y.statistics) f.statistics = job->y.statistics + 3 * row_block * N;
    float *y = job->y.y ? job->y.y + m * N : NULL;
    row_product product = {plan->K, rows, scratch, job->panels, y, N, job->stream};
    product_rows(&product, n, end, forward_tile_of, finish_forward_panel, &f);
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
