// The product of packed rows and packed panels: the stage, and the row driver, which alone uses it.
//
// The stage is a buffer for one tile of a large result, which is written with streaming stores. If a whole tile were
// written at once, its cache lines would occupy all fill buffers of the processor, and the next product would wait for
// its operands (this cost a third of the time). Therefore a finished tile is first stored in the stage. Its rows are
// written to the result between the steps of the next tile's product.

typedef struct {
    float *to; // destination of the first row, or NULL if the stage is empty
    ptrdiff_t pitch;
    int pace; // rows that are written during VW steps of a product; 0: tiles are written directly, without the stage
    _Alignas(64) float rows[TILE * PANEL];
} tile_stage;

// The pace at which a whole tile is written during a product of depth K, or 0 if K is too small.
CK_INLINE int stage_pace(ptrdiff_t K) {
    return !POINTWISE_STAGED || K < 2 * VW ? 0 : K < 4 * VW ? 4 : K < 8 * VW ? 2 : 1;
}

// Computes the product. During every VW steps, `pace` rows of the stage are written, one cache line at a time.
CK_INLINE void paced_product(int vectors, const int pace, ptrdiff_t K, const float *a, const float *b,
                             const tile_stage *stage, vf acc[TILE][WIDE]) {
    const int lines = pace * vectors;
    const float *from = stage->rows;
    float *to = stage->to;
    tile_zero(vectors, acc);
    for (int r = 0; r < TILE; r += pace) {
        CK_UNROLL for (int i = 0; i < VW; i++) {
            tile_step(vectors, a + i, VW, b + i * vectors * VW, VW, acc);
            const int line = i * lines / VW;
            if (line < (i + 1) * lines / VW)
                v_stream(to + line / vectors * stage->pitch + line % vectors * VW, v_load(from + line * VW));
        }
        a += STRIP * VW, b += VW * vectors * VW;
        from += lines * VW, to += pace * stage->pitch;
    }
    tile_product_add(vectors, K - TILE / pace * VW, a, b, acc);
}

// Does the same as tile_product, and writes the tile in the stage, if there is one.
CK_INLINE void staged_product(int vectors, ptrdiff_t K, const float *a, const float *b, tile_stage *stage,
                              vf acc[TILE][WIDE]) {
    if (!POINTWISE_STAGED || stage->to == NULL) {
        tile_product(vectors, K, a, b, acc);
        return;
    }
    if (stage->pace == 1) paced_product(vectors, 1, K, a, b, stage, acc);
    else if (stage->pace == 2)
        paced_product(vectors, 2, K, a, b, stage, acc);
    else
        paced_product(vectors, 4, K, a, b, stage, acc);
    stage->to = NULL;
}

// Stores a whole tile in the stage, which must be empty.
CK_INLINE void stage_tile(int vectors, tile_stage *stage, float *to, vf acc[TILE][WIDE]) {
    CK_UNROLL for (int r = 0; r < TILE; r++) CK_UNROLL for (int j = 0; j < vectors; j++)
        v_store(stage->rows + (r * vectors + j) * VW, acc[r][j]);
    stage->to = to;
}

// Writes the tile in the stage, if there is one.
CK_INLINE void empty_stage(int vectors, tile_stage *stage) {
    if (stage->to == NULL) return;
    for (int r = 0; r < TILE; r++)
        for (int j = 0; j < vectors; j++)
            v_stream(stage->to + r * stage->pitch + j * VW, v_load(stage->rows + (r * vectors + j) * VW));
    stage->to = NULL;
}

// ---- The row driver

// The result (rows, columns) is the product of `a` (rows, K) and the panels (K, columns).
typedef struct {
    ptrdiff_t K, rows;
    const float *a, *panels;
    float *to;       // the result, or NULL if the tiles are stored elsewhere
    ptrdiff_t pitch; // of the result
    int stream;      // 1: the result is written with streaming stores
} row_product;

// The first row and column of a tile, the number of rows from there to the end of the result, of which the tile has at
// most TILE, and the number of columns of the tile.
typedef struct {
    ptrdiff_t row, column, rows, columns;
} result_part;

// The number of columns of vector j.
CK_INLINE ptrdiff_t lanes_of(int vectors, int j, result_part t) {
    return j + 1 < vectors ? VW : t.columns - (vectors - 1) * VW;
}

// Writes a finished tile to the stage or to the result.
CK_INLINE void write_tile(int vectors, const row_product *p, result_part t, tile_stage *stage, vf acc[TILE][WIDE]) {
    const ptrdiff_t pitch = p->pitch;
    const int stream = p->stream;
    float *to = p->to + t.row * pitch + t.column;
    if (POINTWISE_STAGED && stage->pace > 0 && t.rows >= TILE) {
        stage_tile(vectors, stage, to, acc);
        return;
    }
    CK_UNROLL for (int r = 0; r < TILE; r++) {
        if (r >= t.rows) continue;
        for (int j = 0; j < vectors; j++) {
            if (stream) v_stream(to + r * pitch + j * VW, acc[r][j]);
            else
                store_n(to + r * pitch + j * VW, lanes_of(vectors, j, t), acc[r][j]);
        }
    }
}

typedef void tile_function(const row_product *p, const float *a, ptrdiff_t row, ptrdiff_t column, ptrdiff_t columns,
                           tile_stage *stage, void *task);

// Compiles the functions name_of (see CK_TILES) for product_rows. They compute a tile and call finish(vectors, task, p,
// part, acc), which may change its values. Then they write the tile, unless finish returns 1 because it has stored it
// elsewhere.
#define PRODUCT_TILES(name, finish)                                                                                    \
    CK_INLINE void name(int vectors, const row_product *p, const float *a, ptrdiff_t row, ptrdiff_t column,            \
                        ptrdiff_t columns, tile_stage *stage, void *task) {                                            \
        const result_part part = {row, column, p->rows - row, columns};                                                \
        vf acc[TILE][WIDE];                                                                                            \
        staged_product(vectors, p->K, a, p->panels + column * p->K, stage, acc);                                       \
        if (!finish(vectors, task, p, part, acc)) write_tile(vectors, p, part, stage, acc);                            \
    }                                                                                                                  \
    CK_TILES(name,                                                                                                     \
             (const row_product *p, const float *a, ptrdiff_t row, ptrdiff_t column, ptrdiff_t columns,                \
              tile_stage *stage, void *task),                                                                          \
             p, a, row, column, columns, stage, task)

typedef void (*panel_visitor)(const row_product *p, void *task, ptrdiff_t column, ptrdiff_t columns);

// Computes the columns `column` ..< end of the result, panel by panel, and each panel from its first row to its last.
// It calls finish_panel after each panel, unless that is NULL. The stage is emptied at the end of each panel, because
// the next panel may have another width.
CK_INLINE void product_rows(const row_product *p, ptrdiff_t column, ptrdiff_t end, tile_function *const tile_of[WIDE],
                            panel_visitor finish_panel, void *task) {
    const ptrdiff_t strip_floats = STRIP * padded(p->K);
    tile_stage stage = {.pitch = p->pitch, .pace = p->stream ? stage_pace(p->K) : 0};
    for (; column < end; column += PANEL) {
        ptrdiff_t columns = min(PANEL, end - column);
        for (ptrdiff_t r = 0; r < p->rows; r += TILE) {
            const float *a = p->a + r / STRIP * strip_floats + r % STRIP * VW;
            tile_of[panel_vectors(columns) - 1](p, a, r, column, columns, &stage, task);
        }
        empty_stage(panel_vectors(columns), &stage);
        if (finish_panel) finish_panel(p, task, column, columns);
    }
    if (p->stream) stream_fence();
}
