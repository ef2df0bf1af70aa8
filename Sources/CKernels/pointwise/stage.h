// The stage: a buffer for one tile of a large result, which is written with streaming stores. If a whole tile were
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

// Writes the tile in the stage, if there is one. It is called at the end of each panel, because the next panel may have
// another width.
CK_INLINE void empty_stage(int vectors, tile_stage *stage) {
    if (stage->to == NULL) return;
    for (int r = 0; r < TILE; r++)
        for (int j = 0; j < vectors; j++)
            v_stream(stage->to + r * stage->pitch + j * VW, v_load(stage->rows + (r * vectors + j) * VW));
    stage->to = NULL;
}
