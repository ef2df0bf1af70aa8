// The transformed filters of the Winograd method. They are stored in panels, with the layout
// [filter][block of WINOGRAD_FILTER_ROWS rows][plane][row][width]. In this layout, the output of a task is contiguous,
// and planes begin in different cache sets.

typedef struct {
    winograd_form form;
    ptrdiff_t C, O;
    int adjoint; // 1: panels (O, C) of the flipped filters, for the data gradient
    const float *w;
    float *panels;
    int stream; // 1: the panels do not fit into the caches and are written with streaming stores
} filter_job;

// Panel `index` of the transformed filters, with `depth` channels.
typedef struct {
    const float *at;
    ptrdiff_t depth, plane, block; // plane and block are the distances of planes and blocks in floats
} filter_panel;

CK_INLINE filter_panel filter_panel_at(const winograd_form form, const float *panels, ptrdiff_t depth,
                                       ptrdiff_t columns, ptrdiff_t index) {
    const column_panel p = panel_at(columns, index);
    const ptrdiff_t blocks = filters_of_form(form) * blocks_of(depth, WINOGRAD_FILTER_ROWS);
    const ptrdiff_t plane = WINOGRAD_FILTER_ROWS * p.vectors * VW + 16;
    const float *at = panels + blocks * planes_of_form(form) * (WINOGRAD_FILTER_ROWS * p.first + 16 * index);
    return (filter_panel){at, depth, plane, planes_of_form(form) * plane};
}

CK_INLINE void store_filter(const winograd_form form, const filter_job *job, const vf *taps, float *to,
                            ptrdiff_t plane) {
    vf u[MOST_PLANES];
    either_form(form, line_filter, filter_transform, taps, u, 3, 6);
    if (job->stream) {
        CK_UNROLL for (int e = 0; e < planes_of_form(form); e++) v_stream(to + e * plane, u[e]);
    } else
        CK_UNROLL for (int e = 0; e < planes_of_form(form); e++) v_store(to + e * plane, u[e]);
}

// Transforms rows k ..< k + rows of panel p of filter f, without transposition: a tap of the weights is a matrix (C,
// O). The taps of following rows are prefetched, because the taps of a row are far apart in memory.
CK_INLINE void transform_rows(const winograd_form form, const filter_job *job, ptrdiff_t f, const column_panel *p,
                              ptrdiff_t k, ptrdiff_t rows, float *to, ptrdiff_t plane) {
    enum { AHEAD = 4 }; // rows
    const int count = taps_of_form(form);
    const ptrdiff_t width = p->vectors * VW, tap = job->C * job->O;
    for (ptrdiff_t r = 0; r < rows; r++, to += width)
        for (ptrdiff_t j = 0; j < p->columns; j += VW) {
            const ptrdiff_t lanes = min(VW, p->columns - j);
            const float *w = job->w + (f * count * job->C + k + r) * job->O + p->first + j;
            vf taps[9];
            CK_UNROLL for (int i = 0; i < count; i++) {
                __builtin_prefetch(w + i * tap + AHEAD * job->O);
                taps[i] = load_n(w + i * tap, lanes);
            }
            store_filter(form, job, taps, to + j, plane);
        }
}

// Transforms rows k ..< k + rows and one vector of columns of the adjoint, whose rows are outputs and whose columns are
// inputs. The weights are transposed in squares of VW × VW values.
CK_INLINE void transform_rows_adjoint(const winograd_form form, const filter_job *job, ptrdiff_t f, ptrdiff_t k,
                                      ptrdiff_t rows, ptrdiff_t n, ptrdiff_t lanes, float *to, ptrdiff_t width,
                                      ptrdiff_t plane) {
    const int count = taps_of_form(form);
    for (ptrdiff_t first = 0; first < rows; first += VW) {
        const ptrdiff_t height = min(VW, rows - first);
        float squares[9][VW * VW];
        for (int i = 0; i < count; i++) {
            const float *w = job->w + ((8 - f * count - i) * job->C + n) * job->O + k + first;
            transpose(lanes, height, w, job->O, squares[i], VW);
        }
        for (ptrdiff_t r = 0; r < height; r++, to += width) {
            vf taps[9];
            CK_UNROLL for (int i = 0; i < count; i++) taps[i] = load_n(squares[i] + r * VW, lanes);
            store_filter(form, job, taps, to, plane);
        }
    }
}

CK_INLINE void transform_filters_as(const winograd_form form, const filter_job *job, ptrdiff_t task) {
    const ptrdiff_t depth = job->adjoint ? job->O : job->C, columns = job->adjoint ? job->C : job->O;
    const ptrdiff_t blocks = blocks_of(depth, WINOGRAD_FILTER_ROWS), all = filters_of_form(form) * blocks;
    const ptrdiff_t index = task / all, block = task % all, f = block / blocks,
                    k = block % blocks * WINOGRAD_FILTER_ROWS;
    const filter_panel panel = filter_panel_at(form, job->panels, depth, columns, index);
    const column_panel p = panel_at(columns, index);
    const ptrdiff_t width = p.vectors * VW, rows = min(WINOGRAD_FILTER_ROWS, depth - k);
    float *to = job->panels + (panel.at - job->panels) + block * panel.block;
    if (!job->adjoint) transform_rows(form, job, f, &p, k, rows, to, panel.plane);
    for (ptrdiff_t j = 0; job->adjoint && j < p.columns; j += VW)
        transform_rows_adjoint(form, job, f, k, rows, p.first + j, min(VW, p.columns - j), to + j, width, panel.plane);
    if (job->stream) stream_fence();
}

static void transform_filters(void *context, ptrdiff_t task, void *scratch) {
    (void)scratch;
    const filter_job *job = context;
    if (job->form == LINE) transform_filters_as(LINE, job, task);
    else
        transform_filters_as(SQUARE, job, task);
}

static void pack_filters(const ck_exec *exec, filter_job *job) {
    const ptrdiff_t depth = job->adjoint ? job->O : job->C, columns = job->adjoint ? job->C : job->O;
    const ptrdiff_t blocks = filters_of_form(job->form) * blocks_of(depth, WINOGRAD_FILTER_ROWS);
    job->stream = blocks * WINOGRAD_FILTER_ROWS * planes_of_form(job->form) * columns > WINOGRAD_STREAM_FLOATS;
    ck_parallel(exec, panel_count(columns) * blocks, transform_filters, job);
}
