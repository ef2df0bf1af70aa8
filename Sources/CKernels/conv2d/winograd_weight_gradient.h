// The weight gradient of the Winograd method, the exact adjoint of the forward pass: dw = Gᵀ dU G with
// dU(e, c, o) = Σ V(e, tile, c)·dM(e, tile, o) over all tiles. V are the transformed inputs, and dM = A dy Aᵀ are the
// transformed gradients. Because Gᵀ · G is linear, every chunk of tiles can be added to dw directly. Therefore only a
// range of channels and outputs of dU exists at a time, in the scratch memory of a task.

typedef struct {
    const ck_conv2d *plan;
    tile_source x, dy;
    float *dw;                    // fused: a partial dw for each group
    plane_pair pair;              // staged: the planes of inputs and gradients in the workspace
    ptrdiff_t chunk, chunk_tiles; // staged: the first tile of the chunk, and its number of tiles
} filter_gradient_job;

// du(r, j) := Σ inputs(row, r)·gradients(row, j) over all rows, for r in 0 ..< TILE and the columns j of a panel.
CK_INLINE void gradient_tile(int vectors, const float *inputs, ptrdiff_t input_pitch, const float *gradients,
                             ptrdiff_t gradient_pitch, ptrdiff_t rows, float *du) {
    vf acc[TILE][WIDE];
    tile_zero(vectors, acc);
    for (; rows > 0; rows--, inputs += input_pitch, gradients += gradient_pitch) {
        __builtin_prefetch(inputs + 8 * input_pitch);
        tile_step(vectors, inputs, 1, gradients, VW, acc);
    }
    CK_UNROLL for (int r = 0; r < TILE; r++) CK_UNROLL for (int j = 0; j < vectors; j++)
        v_store(du + (r * vectors + j) * VW, acc[r][j]);
}

CK_TILES(gradient_tile,
         (const float *inputs, ptrdiff_t input_pitch, const float *gradients, ptrdiff_t gradient_pitch, ptrdiff_t rows,
          float *du),
         inputs, input_pitch, gradients, gradient_pitch, rows, du)

// dw of filter f := or += the gradient from `rows` tiles, for input channels c ..< c + channels and the outputs of
// panel p.
CK_INLINE void add_filter(const winograd_form form, const ck_conv2d *plan, int f, const planes *inputs, ptrdiff_t c,
                          ptrdiff_t channels, const planes *gradients, const column_panel *p, ptrdiff_t rows, float *du,
                          float *dw, int add) {
    const ptrdiff_t C = plan->shape.C, O = plan->shape.O, width = p->vectors * VW;
    const ptrdiff_t plane = whole_tiles(channels) * width;
    for (int e = 0; e < planes_of_form(form); e++)
        for (ptrdiff_t k = 0; k < channels; k += TILE)
            gradient_tile_of[p->vectors - 1](plane_of(inputs, e) + f * inputs->pitch + c + k,
                                             rows_per_tile(form) * inputs->pitch, plane_of(gradients, e) + p->first,
                                             gradients->pitch, rows, du + e * plane + k * width);
    for (ptrdiff_t k = 0; k < channels; k++)
        for (ptrdiff_t j = 0; j < p->columns; j += VW) {
            const ptrdiff_t lanes = min(VW, p->columns - j);
            vf u[MOST_PLANES], g[9];
            CK_UNROLL for (int e = 0; e < planes_of_form(form); e++) u[e] = v_load(du + e * plane + k * width + j);
            either_form(form, line_filter_adjoint, filter_adjoint, u, g, 6, 3);
            float *to = dw + (f * taps_of_form(form) * C + c + k) * O + p->first + j;
            CK_UNROLL for (int i = 0; i < taps_of_form(form); i++, to += C * O)
                store_n(to, lanes, add ? v_add(load_n(to, lanes), g[i]) : g[i]);
        }
}

static void add_filters(const ck_conv2d *plan, const planes *inputs, ptrdiff_t c, ptrdiff_t channels,
                        const planes *gradients, const column_panel *p, ptrdiff_t rows, float *du, float *dw, int add) {
    if (form_of(&plan->shape) == SQUARE) {
        add_filter(SQUARE, plan, 0, inputs, c, channels, gradients, p, rows, du, dw, add);
        return;
    }
    for (int f = 0; f < filters_of_form(LINE); f++)
        add_filter(LINE, plan, f, inputs, c, channels, gradients, p, rows, du, dw, add);
}

// ---- Fused: a task computes all channels of dw for the blocks of tiles of one group

static void fused_group(void *context, ptrdiff_t group, void *scratch) {
    const filter_gradient_job *job = context;
    const ck_conv2d *plan = job->plan;
    const ck_conv2d_shape *s = &plan->shape;
    const ptrdiff_t tall = plan->gradient_rows, blocks = blocks_of(plan->tiles, tall);
    const ptrdiff_t first = group * blocks / plan->weight_groups, end = (group + 1) * blocks / plan->weight_groups;
    const winograd_form form = form_of(s);
    const plane_pair pair = pair_at(scratch, form, tall, slab_pitch(s->C), slab_pitch(s->O));
    float *du = (float *)scratch + pair_floats(form, tall, slab_pitch(s->C), slab_pitch(s->O));
    float *dw = job->dw + group * 9 * s->C * s->O;
    for (ptrdiff_t block = first; block < end; block++) {
        const ptrdiff_t tile = block * tall, rows = min(tall, plan->tiles - tile);
        transform_around(plan, &job->x, rows_per_tile(form) * tile, input_rows(form, rows), 0, s->C, &pair.inputs, 0);
        transform_gradients(plan, &job->dy, tile, rows, 0, s->O, &pair.outputs, 0);
        for (ptrdiff_t i = 0; i < panel_count(s->O); i++) {
            const column_panel p = panel_at(s->O, i);
            for (ptrdiff_t c = 0; c < s->C; c += WINOGRAD_GRADIENT_CHANNELS)
                add_filters(plan, &pair.inputs, c, min(WINOGRAD_GRADIENT_CHANNELS, s->C - c), &pair.outputs, &p, rows,
                            du, dw, block > first);
        }
    }
}

// ---- Staged: for each chunk, first both transforms, and then the ranges of dw

static void staged_gradients(void *context, ptrdiff_t task, void *scratch) {
    (void)scratch;
    const filter_gradient_job *job = context;
    const ck_conv2d *plan = job->plan;
    if (task % 2 == 0) {
        const row_range rows = chunk_rows(plan, task / 2, job->chunk_tiles);
        const ptrdiff_t first = rows_per_tile(form_of(&plan->shape)) * job->chunk;
        transform_around(plan, &job->x, first + rows.first, rows.count, 0, job->x.C, &job->pair.inputs, rows.first);
        return;
    }
    const ptrdiff_t row = task / 2 * plan->tile_rows, count = min(plan->tile_rows, job->chunk_tiles - row);
    transform_gradients(plan, &job->dy, job->chunk + row, count, 0, job->dy.C, &job->pair.outputs, row);
}

static void staged_filters(void *context, ptrdiff_t task, void *scratch) {
    const filter_gradient_job *job = context;
    const ck_conv2d_shape *s = &job->plan->shape;
    const ptrdiff_t ranges = blocks_of(s->C, WINOGRAD_GRADIENT_CHANNELS),
                    c = task % ranges * WINOGRAD_GRADIENT_CHANNELS;
    const column_panel p = panel_at(s->O, task / ranges);
    add_filters(job->plan, &job->pair.inputs, c, min(WINOGRAD_GRADIENT_CHANNELS, s->C - c), &job->pair.outputs, &p,
                job->chunk_tiles, scratch, job->dw, job->chunk > 0);
}

static void weights_winograd(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const ck_gradient *dy,
                             float *dw, float *workspace) {
    const ck_conv2d_shape *s = &plan->shape;
    filter_gradient_job job = {.plan = plan, .x = {x, NULL, s->H, s->W, s->C}, .dy = {NULL, dy, s->H, s->W, s->O}};
    if (plan->tile_chunk == 0) {
        job.dw = plan->weight_groups > 1 ? workspace : dw;
        ck_parallel(exec, plan->weight_groups, fused_group, &job);
        if (plan->weight_groups > 1)
            ck_reduce_blocks(exec, workspace, plan->weight_groups, 9 * s->C * s->O, CK_STORE, dw);
        return;
    }
    job.dw = dw;
    job.pair = pair_at(workspace, form_of(s), plan->tile_chunk, slab_pitch(s->C), slab_pitch(s->O));
    for (job.chunk = 0; job.chunk < plan->tiles; job.chunk += plan->tile_chunk) {
        job.chunk_tiles = min(plan->tile_chunk, plan->tiles - job.chunk);
        ck_parallel(exec, 2 * blocks_of(job.chunk_tiles, plan->tile_rows), staged_gradients, &job);
        ck_parallel(exec, panel_count(s->O) * blocks_of(s->C, WINOGRAD_GRADIENT_CHANNELS), staged_filters, &job);
    }
}
