// The weight gradient of the direct method: dw(s, k, o) is the sum of slab(place(s) + k)·draw(o) over all outputs.
//
// A task is a group of blocks × a range of input channels × a range of output channels. It reads the inputs and the
// gradients of its blocks, and adds to the partial dw of the group. At the end, the partial dw are summed in the order
// of the groups.

typedef struct {
    const ck_conv2d *plan;
    const ck_operand *x;
    const ck_gradient *dy;
    float *partials;
} weights_job;

typedef struct {
    const float *slab, *draw; // draw: the columns of the panel, packed, for every row
    const place_table *table;
    ptrdiff_t depth;   // of a segment in the slab
    float *dw;         // segment 0 and the first column of the panel
    ptrdiff_t segment; // distance of segments in dw, in floats
    ptrdiff_t O, columns;
    int add;
} outer_run;

// Computes rows k ..< k + TILE of segment s, for the columns of the panel.
CK_INLINE void weights_tile(int vectors, const outer_run *run, ptrdiff_t s, ptrdiff_t k) {
    const ptrdiff_t last = run->columns - (vectors - 1) * VW;
    vf acc[TILE][WIDE];
    tile_zero(vectors, acc);
    const float *slab = run->slab + k, *draw = run->draw;
    for (ptrdiff_t row = 0; row < run->table->rows; row += TILE, draw += TILE * vectors * VW) {
        const int32_t *places = places_of(run->table, row) + s * TILE;
        const int32_t *following = row + TILE < run->table->rows ? places + run->table->segments * TILE : places;
        CK_UNROLL for (int m = 0; m < TILE; m++) {
            __builtin_prefetch(slab + following[m]); // pixels are too far apart for the prefetch of the hardware
            tile_step(vectors, slab + places[m], 1, draw + m * vectors * VW, VW, acc);
        }
    }
    float *dw = run->dw + s * run->segment + k * run->O;
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= run->depth - k) continue;
        CK_UNROLL for (int j = 0; j < vectors; j++) {
            const ptrdiff_t lanes = j + 1 < vectors ? VW : last;
            float *p = dw + r * run->O + j * VW;
            store_n(p, lanes, run->add ? v_add(load_n(p, lanes), acc[r][j]) : acc[r][j]);
        }
    }
}

CK_TILES(weights_tile, (const outer_run *run, ptrdiff_t s, ptrdiff_t k), run, s, k)

typedef struct {
    ptrdiff_t c, channels, o, outputs, group;
} weights_task;

// Reads the inputs of a block into the slab, and computes the places of its rows.
static void read_inputs(const weights_job *job, const weights_task *t, const pixel_block *b, float *slab,
                        const place_table *table, ptrdiff_t zeros) {
    const ck_conv2d_shape *s = &job->plan->shape;
    const pixel_window w = input_window(job->plan, *b);
    const operand_reader reader = {job->x, s->C, t->c, t->channels, is_joined(s) ? s->C : slab_pitch(t->channels)};
    read_window(&reader, s->H, s->W, &w, slab + zeros);
    place_outputs(job->plan, b, &w, zeros, reader.pitch, table);
}

static void add_block(const weights_job *job, const weights_task *t, ptrdiff_t block, float *scratch, float *dw,
                      int add) {
    const ck_conv2d *plan = job->plan;
    const ck_conv2d_shape *s = &plan->shape;
    const pixel_block b = block_at(&plan->weights, s->N, plan->P * plan->Q, block);
    const ptrdiff_t zeros = slab_zeros(segment_depth(s)), pixels = plan->P * plan->Q;
    const direct_layout l = weights_layout(plan);
    place_table table = {(int32_t *)(scratch + l.places), segment_count(s), b.images * b.count};
    float *draw = scratch + l.values;
    read_inputs(job, t, &b, scratch, &table, zeros);
    const ptrdiff_t depth = is_joined(s) ? segment_depth(s) : t->channels;
    for (ptrdiff_t i = 0; i < panel_count(t->outputs); i++) {
        const column_panel p = panel_at(t->outputs, i);
        const ptrdiff_t pitch = p.vectors * VW, o = t->o + p.first;
        for (ptrdiff_t n = 0; n < b.images; n++)
            read_draws(job->dy, s->O, b.image + n, (b.image + n) * pixels + b.first, b.count, o, p.columns,
                       draw + n * b.count * pitch, pitch);
        memset(draw + table.rows * pitch, 0, (size_t)((whole_tiles(table.rows) - table.rows) * pitch) * sizeof(float));
        const outer_run run = {scratch, draw,      &table, depth, dw + t->c * s->O + o, segment_depth(s) * s->O,
                               s->O,    p.columns, add};
        for (ptrdiff_t g = 0; g < table.segments; g++)
            for (ptrdiff_t k = 0; k < depth; k += TILE) weights_tile_of[p.vectors - 1](&run, g, k);
    }
}

static void weights_group(void *context, ptrdiff_t index, void *scratch) {
    const weights_job *job = context;
    const ck_conv2d *plan = job->plan;
    const ck_conv2d_shape *s = &plan->shape;
    const ptrdiff_t across = blocks_of(s->O, plan->weight_outputs), down = blocks_of(s->C, plan->weight_inputs);
    weights_task t = {.c = index / across % down * plan->weight_inputs, .o = index % across * plan->weight_outputs};
    t.channels = min(plan->weight_inputs, s->C - t.c);
    t.outputs = min(plan->weight_outputs, s->O - t.o);
    t.group = index / across / down;
    const ptrdiff_t blocks = plan->weights.blocks, first = t.group * blocks / plan->weight_groups;
    const ptrdiff_t end = (t.group + 1) * blocks / plan->weight_groups;
    float *dw = job->partials + t.group * s->kernel_h * s->kernel_w * s->C * s->O;
    memset(scratch, 0, (size_t)slab_zeros(segment_depth(s)) * sizeof(float));
    for (ptrdiff_t block = first; block < end; block++) add_block(job, &t, block, scratch, dw, block > first);
}

static void weights_direct(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const ck_gradient *dy,
                           float *dw, float *workspace) {
    const ck_conv2d_shape *s = &plan->shape;
    const ptrdiff_t ranges = blocks_of(s->O, plan->weight_outputs) * blocks_of(s->C, plan->weight_inputs);
    weights_job job = {plan, x, dy, plan->weight_groups > 1 ? workspace : dw};
    ck_parallel(exec, plan->weight_groups * ranges, weights_group, &job);
    if (plan->weight_groups > 1)
        ck_reduce_blocks(exec, workspace, plan->weight_groups, s->kernel_h * s->kernel_w * s->C * s->O, CK_STORE, dw);
}
