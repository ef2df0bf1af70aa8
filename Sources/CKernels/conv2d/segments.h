// The sum of a tile over K, which is computed segment by segment, and the panels of weights that it reads.

// Columns first ..< first + columns, in `vectors` vectors. All panels have about the same width. A narrow last panel
// would be slow: in a tile of one vector, each addition would have to wait for the previous one.
typedef struct {
    ptrdiff_t first, columns;
    int vectors;
} column_panel;

CK_INLINE ptrdiff_t panel_count(ptrdiff_t columns) { return (blocks_of(columns, VW) + WIDE - 1) / WIDE; }

CK_INLINE column_panel panel_at(ptrdiff_t columns, ptrdiff_t index) {
    ptrdiff_t units = blocks_of(columns, VW), panels = panel_count(columns);
    ptrdiff_t first = index * units / panels, end = (index + 1) * units / panels;
    return (column_panel){first * VW, min(columns, end * VW) - first * VW, (int)(end - first)};
}

// Panels first ..< end. panels_of returns the panels of block number `block`, if all panels are divided into `blocks`
// blocks.
typedef struct {
    ptrdiff_t first, end;
} panel_range;

CK_INLINE panel_range panels_of(ptrdiff_t columns, ptrdiff_t block, ptrdiff_t blocks) {
    ptrdiff_t panels = panel_count(columns);
    return (panel_range){block * panels / blocks, (block + 1) * panels / blocks};
}

// ---- Packing: a panel of a matrix (rows, columns) begins at offset first·rows, where first is its first column

typedef struct {
    ptrdiff_t segments, depth, columns; // the matrix is (segments·depth, columns)
    int transposed;                     // 1: each segment of w is stored as (columns, depth)
    const float *w;
    float *panels;
} segment_packing;

static void pack_segment(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const segment_packing *k = context;
    ptrdiff_t s = block % k->segments;
    column_panel p = panel_at(k->columns, block / k->segments);
    const float *w = k->w + s * k->depth * k->columns;
    float *to = k->panels + p.first * k->segments * k->depth + s * k->depth * p.vectors * VW;
    if (k->transposed) pack_panel_transposed(k->depth, p.columns, w + p.first * k->depth, k->depth, to);
    else
        pack_panel(k->depth, p.columns, w + p.first, k->columns, to);
}

static void pack_segments(const ck_exec *exec, segment_packing *k) {
    ck_parallel(exec, panel_count(k->columns) * k->segments, pack_segment, k);
}

// ---- The product

CK_INLINE void place_step(int vectors, const float *const a[TILE], ptrdiff_t k, const float *b, vf acc[TILE][WIDE]) {
    vf column[WIDE];
    CK_UNROLL for (int j = 0; j < vectors; j++) column[j] = v_load(b + j * VW);
    CK_UNROLL for (int r = 0; r < TILE; r++) row_step(vectors, a[r] + k, column, acc[r]);
}

// Adds one segment: acc(r, j) += Σ_k slab(places(r) + k)·b(k, j)
CK_INLINE void place_product(int vectors, const float *slab, const int32_t *places, ptrdiff_t depth, const float *b,
                             vf acc[TILE][WIDE]) {
    enum { STEPS = 8 };
    const float *a[TILE];
    CK_UNROLL for (int r = 0; r < TILE; r++) a[r] = slab + places[r];
    ptrdiff_t k = 0;
    for (; k + STEPS <= depth; k += STEPS, b += STEPS * vectors * VW)
        CK_UNROLL for (int i = 0; i < STEPS; i++) place_step(vectors, a, k + i, b + i * vectors * VW, acc);
    for (; k < depth; k++, b += vectors * VW) place_step(vectors, a, k, b, acc);
}

// Segments first ..< end of the product of a block. The sums of unfinished tiles are stored in `kept`.
typedef struct {
    const float *slab;
    const place_table *table;
    const int32_t *taps; // the segment of the weights for each segment of the table; NULL: the same segment
    ptrdiff_t depth, first, end;
    float *kept;
} segment_run;

// Adds the segments of a run to the tile at `row`. Returns 1 if the sums are complete. Otherwise it stores them in
// `kept` and returns 0.
CK_INLINE int tile_segments(int vectors, const segment_run *k, ptrdiff_t row, const float *panel, vf acc[TILE][WIDE]) {
    float *kept = k->kept + row * vectors * VW;
    const int32_t *places = places_of(k->table, row);
    tile_zero(vectors, acc);
    if (k->first > 0)
        CK_UNROLL for (int r = 0; r < TILE; r++) CK_UNROLL for (int j = 0; j < vectors; j++) acc[r][j] =
            v_load(kept + (r * vectors + j) * VW);
    for (ptrdiff_t s = k->first; s < k->end; s++) {
        ptrdiff_t tap = k->taps ? k->taps[s] : s;
        place_product(vectors, k->slab, places + s * TILE, k->depth, panel + tap * k->depth * vectors * VW, acc);
    }
    if (k->end >= k->table->segments) return 1;
    CK_UNROLL for (int r = 0; r < TILE; r++) CK_UNROLL for (int j = 0; j < vectors; j++)
        v_store(kept + (r * vectors + j) * VW, acc[r][j]);
    return 0;
}
