// The backward pass for few rows and many weights. In this case, partial weight gradients would need more memory
// traffic than the operands. First, the whole gradient and the whole operand are packed into the workspace. Then the
// blocks of dx and the blocks of dw are computed as one list of work; a block of dw is one sum over all rows.

typedef struct {
    backward_job base;
    float *draw, *a; // packed, M rows
    ptrdiff_t dx_columns, dx_column_blocks, dx_blocks;
    ptrdiff_t dw_rows, dw_row_blocks;
} whole_job;

static void pack_block(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const whole_job *job = context;
    const ck_pointwise *plan = job->base.plan;
    ptrdiff_t m = block * plan->backward_block, rows = min(plan->backward_block, plan->M - m);
    pack_gradient(job->base.dy, (row_range){plan->N, plan->rows_per_image, m, rows}, job->draw + m * padded(plan->N));
    pack_operand(job->base.x, (row_range){plan->K, plan->rows_per_image, m, rows}, job->a + m * padded(plan->K));
}

static void dx_block(const whole_job *job, ptrdiff_t block) {
    const ck_pointwise *plan = job->base.plan;
    ptrdiff_t m = block / job->dx_column_blocks * plan->backward_block;
    ptrdiff_t k = block % job->dx_column_blocks * job->dx_columns;
    dx_rows(&job->base, job->draw + m * padded(plan->N), m, min(plan->backward_block, plan->M - m), k,
            min(plan->K, k + job->dx_columns));
}

static void dw_block(const whole_job *job, ptrdiff_t block) {
    const ck_pointwise *plan = job->base.plan;
    ptrdiff_t K = plan->K, N = plan->N, strips = blocks_of(plan->M, STRIP);
    ptrdiff_t n = block % job->dw_row_blocks * job->dw_rows, n_end = min(N, n + job->dw_rows);
    ptrdiff_t k = block / job->dw_row_blocks * BLOCK_COLUMNS, k_end = min(K, k + BLOCK_COLUMNS);
    outer_product dw = {job->draw, job->a, N, K, strips, job->base.gradients.dw, 0};
    for (; k < k_end; k += PANEL) outer_panel(&dw, n, n_end, k);
    float *dbias = job->base.gradients.dbias;
    if (dbias && block == 0) column_sums(job->draw, N, strips, 0, dbias);
}

static void whole_block(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const whole_job *job = context;
    if (block < job->dx_blocks) dx_block(job, block);
    else
        dw_block(job, block - job->dx_blocks);
}

static void backward_whole(const ck_exec *exec, const backward_job *base, float *packed) {
    ptrdiff_t M = base->plan->M, K = base->plan->K, N = base->plan->N;
    ptrdiff_t row_blocks = blocks_of(M, base->plan->backward_block), column_blocks = blocks_of(K, BLOCK_COLUMNS);
    whole_job job = {.base = *base, .draw = packed, .a = packed + packed_floats(M, N)};
    job.dx_columns = block_columns(row_blocks, K);
    job.dx_column_blocks = blocks_of(K, job.dx_columns);
    job.dx_blocks = base->gradients.dx ? row_blocks * job.dx_column_blocks : 0;
    job.dw_rows = round_up(blocks_of(N, blocks_of(BLOCKS_WANTED, column_blocks)), 16);
    job.dw_row_blocks = blocks_of(N, job.dw_rows);
    ck_parallel(exec, row_blocks, pack_block, &job);
    ck_parallel(exec, job.dx_blocks + column_blocks * job.dw_row_blocks, whole_block, &job);
}
