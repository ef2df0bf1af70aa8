// dx = draw·w and dw = drawᵀ·a in one pass over the rows.
//
// The blocks of rows are divided into a few groups, which depend on the shape alone. A group is one block of work: it
// reads each of its blocks of rows once, stores their dx, and adds to its own partial dw. At the end, the partial dw
// are summed in the order of the groups. The vectors run along the larger one of K and N. Therefore a partial dw has
// the shape (K, N) if N > K, and the sum is transposed.

typedef struct {
    const ck_pointwise *plan;
    const ck_operand *x;
    const ck_gradient *dy;
    const float *panels; // of w
    ck_pointwise_gradients gradients;
    float *partials, *bias_partials; // of dw and dbias, for each group
    int stream;                      // 1: dx is written with streaming stores
} backward_job;

// Adds a tile of dx to the values in dx, if `task`, which is the update of dx, requires it.
CK_INLINE int finish_dx_tile(int vectors, void *task, const row_product *p, result_part t, vf acc[TILE][WIDE]) {
    const ck_update *update = task;
    if (*update != CK_ADD) return 0;
    const float *dx = p->to + t.row * p->pitch + t.column;
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= t.rows) continue;
        for (int j = 0; j < vectors; j++)
            acc[r][j] = v_add(load_n(dx + r * p->pitch + j * VW, lanes_of(vectors, j, t)), acc[r][j]);
    }
    return 0;
}

PRODUCT_TILES(dx_tile, finish_dx_tile)

// Computes columns k ..< end of dx for `rows` packed rows of the gradient. The first of them is row m of dx.
static void dx_rows(const backward_job *job, const float *draw, ptrdiff_t m, ptrdiff_t rows, ptrdiff_t k,
                    ptrdiff_t end) {
    ptrdiff_t K = job->plan->K;
    ck_update update = job->gradients.update;
    row_product product = {job->plan->N, rows, draw, job->panels, job->gradients.dx + m * K, K, job->stream};
    product_rows(&product, k, end, dx_tile_of, NULL, &update);
}

// The product of two packed operands with the same rows: outer(i, j) = Σ_m a(m, i)·b(m, j), an (I, J) matrix.
typedef struct {
    const float *a, *b;
    ptrdiff_t I, J, strips; // strips of rows
    float *outer;
    int add; // 1: add to the values in outer, 0: overwrite them
} outer_product;

CK_INLINE void outer_tile(int vectors, const outer_product *o, ptrdiff_t i, ptrdiff_t j, ptrdiff_t columns) {
    ptrdiff_t pitch_a = STRIP * padded(o->I), pitch_b = STRIP * padded(o->J), last = columns - (vectors - 1) * VW;
    vf acc[TILE][WIDE];
    tile_outer(vectors, o->strips, o->a + i / VW * STRIP * VW + i % VW, pitch_a, o->b + j * STRIP, pitch_b, acc);
    float *outer = o->outer + i * o->J + j;
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= o->I - i) continue;
        for (int v = 0; v < vectors; v++) {
            ptrdiff_t lanes = v + 1 < vectors ? VW : last;
            float *p = outer + r * o->J + v * VW;
            store_n(p, lanes, o->add ? v_add(load_n(p, lanes), acc[r][v]) : acc[r][v]);
        }
    }
}

CK_TILES(outer_tile, (const outer_product *o, ptrdiff_t i, ptrdiff_t j, ptrdiff_t columns), o, i, j, columns)

// Computes rows i ..< end of the panel that begins at column j.
static void outer_panel(const outer_product *o, ptrdiff_t i, ptrdiff_t end, ptrdiff_t j) {
    ptrdiff_t columns = min(PANEL, o->J - j);
    outer_product part = *o;
    for (ptrdiff_t left = o->strips; left > 0; left -= part.strips, part.add = 1) {
        part.strips = min(left, POINTWISE_STRIPS);
        for (ptrdiff_t r = i; r < end; r += TILE) outer_tile_of[panel_vectors(columns) - 1](&part, r, j, columns);
        part.a += part.strips * STRIP * padded(o->I);
        part.b += part.strips * STRIP * padded(o->J);
    }
}

// sums(c) := or += the sum of column c of the packed rows
static void column_sums(const float *packed, ptrdiff_t C, ptrdiff_t strips, int add, float *sums) {
    for (ptrdiff_t c = 0; c < C; c += VW) {
        ptrdiff_t lanes = min(VW, C - c);
        vf sum = v_zero();
        for (ptrdiff_t s = 0; s < strips; s++)
            for (int r = 0; r < STRIP; r++)
                sum = v_add(sum, v_load(packed + s * STRIP * padded(C) + c * STRIP + r * VW));
        store_n(sums + c, lanes, add ? v_add(load_n(sums + c, lanes), sum) : sum);
    }
}

static void backward_group(void *context, ptrdiff_t group, void *scratch) {
    const backward_job *job = context;
    const ck_pointwise *plan = job->plan;
    ptrdiff_t K = plan->K, N = plan->N, block = plan->backward_block, blocks = blocks_of(plan->M, block);
    ptrdiff_t first = group * blocks / plan->backward_groups, end = (group + 1) * blocks / plan->backward_groups;
    float *draw = scratch, *a = draw + packed_floats(block, N);
    for (ptrdiff_t b = first; b < end; b++) {
        ptrdiff_t m = b * block, rows = min(block, plan->M - m), strips = blocks_of(rows, STRIP);
        pack_gradient(job->dy, (row_range){N, plan->rows_per_image, m, rows}, draw);
        pack_operand(job->x, (row_range){K, plan->rows_per_image, m, rows}, a);
        if (job->gradients.dx) dx_rows(job, draw, m, rows, 0, K);
        if (job->bias_partials) column_sums(draw, N, strips, b > first, job->bias_partials + group * N);
        float *outer = job->partials + group * N * K;
        outer_product dw = N > K ? (outer_product){a, draw, K, N, strips, outer, b > first}
                                 : (outer_product){draw, a, N, K, strips, outer, b > first};
        for (ptrdiff_t j = 0; j < dw.J; j += PANEL) outer_panel(&dw, 0, dw.I, j);
    }
}

// dw (N, K) := the transpose of the first partial dw (K, N), which contains the sum of all partial dw
static void transpose_rows(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const backward_job *job = context;
    ptrdiff_t K = job->plan->K, N = job->plan->N, k = block * POINTWISE_TRANSPOSED_ROWS;
    transpose(min(POINTWISE_TRANSPOSED_ROWS, K - k), N, job->partials + k * N, N, job->gradients.dw + k, K);
}

static void backward_grouped(const ck_exec *exec, backward_job *job, float *partials) {
    ptrdiff_t K = job->plan->K, N = job->plan->N, groups = job->plan->backward_groups;
    float *dw = job->gradients.dw, *dbias = job->gradients.dbias;
    job->partials = partials;
    job->bias_partials = dbias ? partials + groups * N * K : NULL;
    ck_parallel(exec, groups, backward_group, job);
    if (dbias) ck_reduce_blocks(exec, job->bias_partials, groups, N, CK_STORE, dbias);
    ck_reduce_blocks(exec, partials, groups, N * K, CK_STORE, N > K ? partials : dw);
    if (N > K) ck_parallel(exec, blocks_of(K, POINTWISE_TRANSPOSED_ROWS), transpose_rows, job);
}
