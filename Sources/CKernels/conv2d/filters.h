// The filters' transforms, as panels: plane e of panel p lies at first·36·depth + e·depth·width.

typedef struct {
    ptrdiff_t C, O;
    int adjoint; // panels (O, C) of the flipped filters, for the gradient of the data
    const float *w;
    float *panels;
} filter_job;

enum { FILTER_ROWS = 16 }; // of a panel in one task

CK_INLINE void store_filter(const vf *taps, float *to, ptrdiff_t plane) {
    vf u[PLANES];
    both_ways(filter_transform, taps, u, 3, 6);
    CK_UNROLL for (int e = 0; e < PLANES; e++) v_store(to + e * plane, u[e]);
}

static void transform_filters(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const filter_job *job = context;
    const ptrdiff_t C = job->C, O = job->O, depth = job->adjoint ? O : C, columns = job->adjoint ? C : O;
    const ptrdiff_t ranges = blocks_of(depth, FILTER_ROWS), first = block % ranges * FILTER_ROWS;
    const column_panel p = panel_at(columns, block / ranges);
    const ptrdiff_t width = p.vectors * VW, end = least(depth, first + FILTER_ROWS);
    float *panel = job->panels + p.first * PLANES * depth;
    for (ptrdiff_t j = 0; j < p.columns; j += VW) {
        const ptrdiff_t lanes = least(VW, p.columns - j), n = p.first + j;
        if (!job->adjoint) {
            for (ptrdiff_t k = first; k < end; k++) {
                vf taps[9];
                for (int i = 0; i < 9; i++) taps[i] = load_lanes(job->w + (i * C + k) * O + n, lanes);
                store_filter(taps, panel + k * width + j, depth * width);
            }
            continue;
        }
        for (ptrdiff_t k = first; k < end; k += VW) { // a square of inputs and outputs, transposed
            const ptrdiff_t rows = least(VW, end - k);
            float squares[9][VW * VW];
            for (int i = 0; i < 9; i++) transpose(lanes, rows, job->w + ((8 - i) * C + n) * O + k, O, squares[i], VW);
            for (ptrdiff_t r = 0; r < rows; r++) {
                vf taps[9];
                for (int i = 0; i < 9; i++) taps[i] = load_lanes(squares[i] + r * VW, lanes);
                store_filter(taps, panel + (k + r) * width + j, depth * width);
            }
        }
    }
}

static void pack_filters(const ck_exec *exec, filter_job *job) {
    const ptrdiff_t depth = job->adjoint ? job->O : job->C, columns = job->adjoint ? job->C : job->O;
    ck_parallel(exec, panel_count(columns) * blocks_of(depth, FILTER_ROWS), transform_filters, job);
}
