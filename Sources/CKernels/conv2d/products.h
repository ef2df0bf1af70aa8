// The Winograd method for the forward pass and the data gradient, in three steps: transform the source, multiply plane
// by plane, transform the products and store them. In the fused variant, a task does all three steps for a few tiles in
// its scratch memory. In the staged variant, which is for many channels, each step is a pass over a chunk of tiles.
// Fused tasks with many channels would have too few tiles in the cache for each use of the filters.

// Multiplies tiles row ..< row + TILE of plane e by a panel. Each filter is multiplied by the rows that it reads.
CK_INLINE void plane_tile(int vectors, const winograd_form form, const planes *operand, const filter_panel *panel,
                          int e, ptrdiff_t row, float *to, ptrdiff_t pitch) {
    const ptrdiff_t step = rows_per_tile(form) * operand->pitch;
    int32_t places[TILE];
    CK_UNROLL for (int r = 0; r < TILE; r++) places[r] = (int32_t)(r * step);
    const float *a = plane_of(operand, e) + row * step, *b = panel->at + e * panel->plane;
    vf acc[TILE][WIDE];
    tile_zero(vectors, acc);
    for (int f = 0; f < filters_of_form(form); f++, a += operand->pitch)
        for (ptrdiff_t k = 0; k < panel->depth; k += WINOGRAD_FILTER_ROWS, b += panel->block)
            place_product(vectors, a + k, places, min(WINOGRAD_FILTER_ROWS, panel->depth - k), b, acc);
    CK_UNROLL for (int r = 0; r < TILE; r++) CK_UNROLL for (int j = 0; j < vectors; j++)
        v_store(to + r * pitch + j * VW, acc[r][j]);
}

CK_TILES(plane_tile,
         (const winograd_form form, const planes *operand, const filter_panel *panel, int e, ptrdiff_t row, float *to,
          ptrdiff_t pitch),
         form, operand, panel, e, row, to, pitch)

// Computes the columns of panel `index` of the product, for rows 0 ..< rows of plane e. They are stored from column
// `column` of `product` on.
static void multiply_plane(const product_job *job, ptrdiff_t index, const planes *operand, int e, ptrdiff_t rows,
                           const planes *product, ptrdiff_t column) {
    const winograd_form form = form_of(&job->plan->shape);
    const filter_panel panel = filter_panel_at(form, job->panels, job->source.C, job->columns, index);
    const column_panel p = panel_at(job->columns, index);
    for (ptrdiff_t row = 0; row < rows; row += TILE)
        plane_tile_of[p.vectors - 1](form, operand, &panel, e, row,
                                     plane_of(product, e) + row * product->pitch + column, product->pitch);
}

// ---- Fused

static void fused_block(void *context, ptrdiff_t block, void *scratch) {
    const product_job *job = context;
    const ck_conv2d *plan = job->plan;
    const ptrdiff_t first = block * plan->tile_rows, count = min(plan->tile_rows, plan->tiles - first);
    const winograd_form form = form_of(&plan->shape);
    plane_pair pair = pair_at(scratch, form, plan->tile_rows, slab_pitch(job->source.C), PANEL);
    transform_around(plan, &job->source, rows_per_tile(form) * first, input_rows(form, count), 0, job->source.C,
                     &pair.inputs, 0);
    for (ptrdiff_t i = 0; i < panel_count(job->columns); i++) {
        const column_panel p = panel_at(job->columns, i);
        pair.outputs.pitch = p.vectors * VW;
        for (int e = 0; e < planes_of_form(form); e++) multiply_plane(job, i, &pair.inputs, e, count, &pair.outputs, 0);
        finish_tiles(job, (product_tiles){block, first, count, 0, p.first, p.columns, &pair.outputs});
    }
}

// ---- Staged

typedef struct {
    ptrdiff_t first, count;
} row_range;

// The rows of inputs that task `block` of a chunk transforms. The last task also transforms the row behind the last
// tile.
CK_INLINE row_range chunk_rows(const ck_conv2d *plan, ptrdiff_t block, ptrdiff_t chunk_tiles) {
    const winograd_form form = form_of(&plan->shape);
    const ptrdiff_t tile = block * plan->tile_rows, count = min(plan->tile_rows, chunk_tiles - tile);
    const ptrdiff_t rows = rows_per_tile(form);
    const int is_last = tile + count == chunk_tiles;
    return (row_range){rows * tile, is_last ? input_rows(form, count) : rows * count};
}

static void staged_transform(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const product_job *job = context;
    const row_range rows = chunk_rows(job->plan, block, job->chunk_tiles);
    const ptrdiff_t first = rows_per_tile(form_of(&job->plan->shape)) * job->chunk;
    transform_around(job->plan, &job->source, first + rows.first, rows.count, 0, job->source.C, &job->pair.inputs,
                     rows.first);
}

static void staged_multiply(void *context, ptrdiff_t task, void *scratch) {
    (void)scratch;
    const product_job *job = context;
    const int count = planes_of_form(form_of(&job->plan->shape));
    const ptrdiff_t index = task / count;
    multiply_plane(job, index, &job->pair.inputs, (int)(task % count), job->chunk_tiles, &job->pair.outputs,
                   panel_at(job->columns, index).first);
}

static void staged_finish(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const product_job *job = context;
    const ptrdiff_t row = block * job->plan->tile_rows, count = min(job->plan->tile_rows, job->chunk_tiles - row);
    finish_tiles(job, (product_tiles){(job->chunk + row) / job->plan->tile_rows, job->chunk + row, count, row, 0,
                                      job->columns, &job->pair.outputs});
}

static void convolve(const ck_exec *exec, product_job *job, float *workspace) {
    const ck_conv2d *plan = job->plan;
    if (plan->tile_chunk == 0) {
        ck_parallel(exec, blocks_of(plan->tiles, plan->tile_rows), fused_block, job);
        return;
    }
    const winograd_form form = form_of(&plan->shape);
    job->pair = pair_at(workspace, form, plan->tile_chunk, slab_pitch(job->source.C), slab_pitch(job->columns));
    for (job->chunk = 0; job->chunk < plan->tiles; job->chunk += plan->tile_chunk) {
        job->chunk_tiles = min(plan->tile_chunk, plan->tiles - job->chunk);
        const ptrdiff_t blocks = blocks_of(job->chunk_tiles, plan->tile_rows);
        ck_parallel(exec, blocks, staged_transform, job);
        ck_parallel(exec, panel_count(job->columns) * planes_of_form(form), staged_multiply, job);
        ck_parallel(exec, blocks, staged_finish, job);
    }
}

static void forward_winograd(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                             const ck_output *y, float *workspace) {
    const ck_conv2d_shape *s = &plan->shape;
    const winograd_form form = form_of(s);
    filter_job filters = {form, s->C, s->O, 0, w, workspace, 0};
    pack_filters(exec, &filters);
    product_job job = {.plan = plan, .source = {x, NULL, s->H, s->W, s->C}, .columns = s->O, .panels = workspace};
    job.y = y->y, job.statistics = y->statistics;
    job.stream = streams_outputs(y->y, s->N * s->H * s->W, s->O);
    convolve(exec, &job, workspace + filter_floats(form, s->C, s->O));
}

static void data_winograd(const ck_exec *exec, const data_job *data, const float *w, float *workspace) {
    const ck_conv2d_shape *s = &data->plan->shape;
    const winograd_form form = form_of(s);
    filter_job filters = {form, s->C, s->O, 1, w, workspace, 0};
    pack_filters(exec, &filters);
    product_job job = {.plan = data->plan, .source = {NULL, data->dy, s->H, s->W, s->O}, .columns = s->C};
    job.panels = workspace, job.data = data;
    convolve(exec, &job, workspace + filter_floats(form, s->O, s->C));
}
