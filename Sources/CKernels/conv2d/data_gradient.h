// The data gradient dz of the direct method, in blocks of input pixels. It is a convolution of the gradient of the
// outputs. If a stride is 2, the pixels of each residue (places.h) form a separate convolution, with only the taps that
// reach these pixels.

typedef struct {
    const ck_conv2d *plan;
    const ck_operand *x;
    const ck_gradient *dy;
    const float *panels;
    float *dz, *sums;
    ck_update update; // of dz
} data_job;

// Converts a vector of da to dz: multiplies by activation'(z), adds the old dz if required, and updates both sums.
CK_INLINE vf finished(const data_job *job, const float *x, float *dz, ptrdiff_t c, ptrdiff_t lanes, vf da, vf sums[2]) {
    const ck_operand *o = job->x;
    vf raw = job->sums || o->activation != CK_IDENTITY ? load_n(x, lanes) : v_zero(), z = raw;
    if (o->activation != CK_IDENTITY) {
        if (o->scale) z = apply(affine_at(o->scale, o->shift, c, lanes), raw);
        if (o->activation == CK_RELU) da = v_select_gt(z, v_zero(), da, v_zero());
        else
            da = v_mul(da, activation_derivative(CK_SWISH, z));
    }
    if (job->update == CK_ADD) da = v_add(da, load_n(dz, lanes));
    sums[0] = v_add(sums[0], da);
    sums[1] = v_fma(da, raw, sums[1]);
    return da;
}

// Prefetches the values of x and dz that `finished` will need for the tile at `row`.
CK_INLINE void fetch_pixels(int vectors, const data_job *job, const segment_run *run, ptrdiff_t row, ptrdiff_t c,
                            const int32_t *to, ptrdiff_t first) {
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        const ptrdiff_t at = (first + to[min(row + r, run->table->rows - 1)]) * job->plan->shape.C + c;
        CK_UNROLL for (int j = 0; j < vectors; j++) {
            __builtin_prefetch(job->x->x + at + j * VW);
            __builtin_prefetch(job->dz + at + j * VW);
        }
    }
}

CK_INLINE void data_tile(int vectors, const data_job *job, const segment_run *run, ptrdiff_t row, const column_panel *p,
                         const int32_t *to, ptrdiff_t first, float *sums) {
    const ck_conv2d_shape *s = &job->plan->shape;
    const ptrdiff_t last = p->columns - (vectors - 1) * VW, rows = run->table->rows - row;
    fetch_pixels(vectors, job, run, row + TILE, p->first, to, first);
    vf acc[TILE][WIDE];
    if (!tile_segments(vectors, run, row, job->panels + p->first * s->kernel_h * s->kernel_w * s->O, acc)) return;
    CK_UNROLL for (int j = 0; j < vectors; j++) {
        const ptrdiff_t lanes = j + 1 < vectors ? VW : last, c = p->first + j * VW;
        vf both[2] = {v_load(sums + j * VW), v_load(sums + PANEL + j * VW)};
        CK_UNROLL for (int r = 0; r < TILE; r++) {
            if (r >= rows) continue;
            ptrdiff_t at = (first + to[row + r]) * s->C + c;
            float *dz = job->dz + at;
            store_n(dz, lanes, finished(job, job->x->x + at, dz, c, lanes, acc[r][j], both));
        }
        v_store(sums + j * VW, both[0]);
        v_store(sums + PANEL + j * VW, both[1]);
    }
}

CK_TILES(data_tile,
         (const data_job *job, const segment_run *run, ptrdiff_t row, const column_panel *p, const int32_t *to,
          ptrdiff_t first, float *sums),
         job, run, row, p, to, first, sums)

// The sums (2, C) of the block := or += the sums of the panel.
static void deposit_panel_sums(float *block_sums, ptrdiff_t C, const column_panel *p, const float *sums, int add) {
    for (int i = 0; i < 2; i++)
        for (ptrdiff_t c = 0; c < p->columns; c++) {
            float *to = block_sums + i * C + p->first + c;
            *to = sums[i * PANEL + c] + (add ? *to : 0);
        }
}

static void data_residue(const data_job *job, segment_run run, const int32_t *to, ptrdiff_t first, ptrdiff_t block,
                         panel_range range, int add) {
    const ptrdiff_t C = job->plan->shape.C, segments = run.table->segments;
    const ptrdiff_t step = segments > 0 ? segments_at_once(segments, run.depth) : 1;
    for (ptrdiff_t i = range.first; i < range.end; i++) {
        const column_panel p = panel_at(C, i);
        float sums[2 * PANEL] = {0};
        run.first = 0;
        do { // without taps, the loop still runs once, because dz has to be stored
            run.end = min(segments, run.first + step);
            for (ptrdiff_t row = 0; row < run.table->rows; row += TILE)
                data_tile_of[p.vectors - 1](job, &run, row, &p, to, first, sums);
            run.first = run.end;
        } while (run.first < segments);
        if (job->sums) deposit_panel_sums(job->sums + block * 2 * C, C, &p, sums, add);
    }
}

// Lists the taps that reach the pixels of residue r. Returns their number.
static ptrdiff_t list_taps(const ck_conv2d_shape *s, residue r, int32_t *taps) {
    ptrdiff_t count = 0;
    for (ptrdiff_t i = first_tap(r.down, s->stride_h, s->padding_h); i < s->kernel_h; i += s->stride_h)
        for (ptrdiff_t j = first_tap(r.across, s->stride_w, s->padding_w); j < s->kernel_w; j += s->stride_w)
            taps[count++] = (int32_t)(i * s->kernel_w + j);
    return count;
}

static void data_block(void *context, ptrdiff_t task, void *scratch) {
    const data_job *job = context;
    const ck_conv2d *plan = job->plan;
    const ck_conv2d_shape *s = &plan->shape;
    const ptrdiff_t column_blocks = plan->data_column_blocks, block = task / column_blocks;
    const pixel_block b = block_at(&plan->data, s->N, s->H * s->W, block);
    const pixel_window w = output_window(plan, b);
    const ptrdiff_t zeros = slab_zeros(s->O), pitch = slab_pitch(s->O);
    float *slab = scratch, *to = slab + zeros;
    memset(slab, 0, (size_t)zeros * sizeof(float));
    for (ptrdiff_t n = w.image; n < w.image + w.images; n++)
        for (ptrdiff_t p = w.row; p < w.row + w.rows; p++, to += w.columns * pitch)
            read_draws(job->dy, s->O, n, (n * plan->P + p) * plan->Q + w.column, w.columns, 0, s->O, to, pitch);

    const panel_range range = panels_of(s->C, task % column_blocks, column_blocks);
    const direct_layout l = data_layout(plan);
    int32_t *pixels = (int32_t *)(slab + l.pixels), *taps = (int32_t *)(slab + l.taps);
    for (ptrdiff_t i = 0; i < s->stride_h * s->stride_w; i++) {
        const residue r = {i / s->stride_w, i % s->stride_w};
        place_table table = {(int32_t *)(slab + l.places), list_taps(s, r, taps), 0};
        place_inputs(plan, &b, &w, zeros, pitch, r, &table, pixels);
        const segment_run run = {slab, &table, taps, s->O, 0, 0, slab + l.values};
        data_residue(job, run, pixels, b.image * s->H * s->W + b.first, block, range, i > 0);
    }
}

static void data_direct(const ck_exec *exec, data_job *job, const float *w, float *workspace) {
    const ck_conv2d_shape *s = &job->plan->shape;
    segment_packing packing = {s->kernel_h * s->kernel_w, s->O, s->C, 1, w, workspace};
    pack_segments(exec, &packing);
    job->panels = workspace;
    ck_parallel(exec, job->plan->data.blocks * job->plan->data_column_blocks, data_block, job);
}
