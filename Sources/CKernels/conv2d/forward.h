// The forward pass of the direct method: y, and the statistics of each block of pixels.

typedef struct {
    const ck_conv2d *plan;
    const ck_operand *x;
    const float *panels;
    float *y, *statistics;
    int stream; // 1: y is written with streaming stores (see worth_streaming)
} forward_job;

// Stores the rows of a tile, and adds them to the intermediate sums (moments.h), of which each has PANEL floats.
// `begins` is 1 for the first tile of a block.
CK_INLINE void store_outputs(int vectors, vf acc[TILE][WIDE], float *y, ptrdiff_t pitch, ptrdiff_t rows,
                             ptrdiff_t columns, int stream, int begins, float *sums) {
    const ptrdiff_t last = columns - (vectors - 1) * VW;
    CK_UNROLL for (int j = 0; j < vectors; j++) {
        float *const at = sums + j * VW;
        if (begins) v_store(at + MOMENT_SHIFT * PANEL, acc[0][j]);
        const vf shift = v_load(at + MOMENT_SHIFT * PANEL);
        // The sums of the tile are computed separately, because long chains of float additions lose accuracy.
        vf sum = v_zero(), squares = v_zero();
        CK_UNROLL for (int r = 0; r < TILE; r++) {
            if (r >= rows) continue;
            add_moments(acc[r][j], shift, &sum, &squares);
            if (stream) v_stream(y + r * pitch + j * VW, acc[r][j]);
            else
                store_n(y + r * pitch + j * VW, j + 1 < vectors ? VW : last, acc[r][j]);
        }
        v_store(at + MOMENT_SUM * PANEL, v_add(v_load(at + MOMENT_SUM * PANEL), sum));
        v_store(at + MOMENT_SQUARES * PANEL, v_add(v_load(at + MOMENT_SQUARES * PANEL), squares));
    }
}

CK_INLINE void forward_tile(int vectors, const forward_job *job, const segment_run *run, ptrdiff_t row,
                            const column_panel *p, float *y, float *sums) {
    const ptrdiff_t O = job->plan->shape.O;
    vf acc[TILE][WIDE];
    const float *panel = job->panels + p->first * segment_count(&job->plan->shape) * run->depth;
    if (!tile_segments(vectors, run, row, panel, acc)) return;
    store_outputs(vectors, acc, y + row * O + p->first, O, run->table->rows - row, p->columns, job->stream, row == 0,
                  sums);
}

CK_TILES(forward_tile,
         (const forward_job *job, const segment_run *run, ptrdiff_t row, const column_panel *p, float *y, float *sums),
         job, run, row, p, y, sums)

static void forward_panel(const forward_job *job, segment_run run, const column_panel *p, float *y, float *statistics) {
    const ptrdiff_t segments = run.table->segments, step = segments_at_once(segments, run.depth);
    const ptrdiff_t O = job->plan->shape.O;
    float sums[MOMENT_COUNT * PANEL] = {0};
    for (run.first = 0; run.first < segments; run.first = run.end) {
        run.end = min(segments, run.first + step);
        for (ptrdiff_t row = 0; row < run.table->rows; row += TILE)
            forward_tile_of[p->vectors - 1](job, &run, row, p, y, sums);
    }
    if (statistics == NULL) return;
    for (ptrdiff_t c = 0; c < p->columns; c += VW)
        store_moments(statistics + p->first + c, O, min(VW, p->columns - c), run.table->rows,
                      v_load(sums + MOMENT_SHIFT * PANEL + c), v_load(sums + MOMENT_SUM * PANEL + c),
                      v_load(sums + MOMENT_SQUARES * PANEL + c));
}

static void forward_block(void *context, ptrdiff_t task, void *scratch) {
    const forward_job *job = context;
    const ck_conv2d *plan = job->plan;
    const ck_conv2d_shape *s = &plan->shape;
    const ptrdiff_t column_blocks = plan->forward_column_blocks, block = task / column_blocks;
    const pixel_block b = block_at(&plan->forward, s->N, plan->P * plan->Q, block);
    const pixel_window w = input_window(plan, b);
    const ptrdiff_t depth = segment_depth(s), zeros = slab_zeros(depth), pitch = is_joined(s) ? s->C : slab_pitch(s->C);
    float *slab = scratch;
    const direct_layout l = forward_layout(plan);
    place_table table = {(int32_t *)(slab + l.places), segment_count(s), b.images * b.count};
    const operand_reader reader = {job->x, s->C, 0, s->C, pitch};
    memset(slab, 0, (size_t)zeros * sizeof(float));
    read_window(&reader, s->H, s->W, &w, slab + zeros);
    place_outputs(plan, &b, &w, zeros, pitch, &table);

    const segment_run run = {slab, &table, NULL, depth, 0, 0, slab + l.values};
    const panel_range range = panels_of(s->O, task % column_blocks, column_blocks);
    float *y = job->y + (b.image * plan->P * plan->Q + b.first) * s->O;
    float *statistics = job->statistics ? job->statistics + block * 3 * s->O : NULL;
    for (ptrdiff_t i = range.first; i < range.end; i++) {
        const column_panel p = panel_at(s->O, i);
        forward_panel(job, run, &p, y, statistics);
    }
    if (job->stream) stream_fence();
}

// Streaming stores are used only if each vector is one whole cache line.
CK_INLINE int streams_outputs(const float *y, ptrdiff_t pixels, ptrdiff_t O) {
    return VW == 16 && worth_streaming(y, pixels * O, O, CONV2D_STREAM_FLOATS);
}

static void forward_direct(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                           const ck_output *y, float *workspace) {
    const ck_conv2d_shape *s = &plan->shape;
    segment_packing packing = {segment_count(s), segment_depth(s), s->O, 0, w, workspace};
    pack_segments(exec, &packing);
    const int stream = streams_outputs(y->y, s->N * plan->P * plan->Q, s->O);
    forward_job job = {plan, x, workspace, y->y, y->statistics, stream};
    ck_parallel(exec, plan->forward.blocks * plan->forward_column_blocks, forward_block, &job);
}
