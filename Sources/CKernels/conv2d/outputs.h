// Winograd's products, transformed to outputs and stored with their moments, or to the data's gradient, finished
// (data_gradient.h) and stored with its sums.

typedef struct {
    const ck_conv2d *plan;
    tile_source source;
    ptrdiff_t columns;    // outputs of the product
    const float *panels;  // of transformed filters
    const data_job *data; // or NULL: forward
    float *y, *statistics;
    int stream;
    plane_pair pair;              // staged: in the workspace
    ptrdiff_t chunk, chunk_tiles; // the chunk's first tile
} product_job;

// One vector of a tile's outputs. sums: forward the block's moments, of `rows` outputs up to here (moments.h); of dz
// Σ dz and Σ dz·x.
CK_INLINE void store_tile(const winograd_form form, const product_job *job, tile_place t, const float *product,
                          ptrdiff_t plane, ptrdiff_t c, ptrdiff_t lanes, ptrdiff_t *rows, vf sums[MOMENT_COUNT],
                          const int is_data) {
    const ptrdiff_t H = job->source.H, W = job->source.W;
    const int height = tile_height(form), width = tile_width(form);
    vf m[MOST_PLANES], y[16], sum = v_zero(), squares = v_zero(); // of the tile alone: additions in a chain stay few
    CK_UNROLL for (int e = 0; e < planes_of_form(form); e++) m[e] = v_load(product + e * plane);
    either_form(form, line_outputs, output_transform, m, y, 6, 4);
    CK_UNROLL for (int i = 0; i < height; i++) CK_UNROLL for (int j = 0; j < width; j++) {
        if (t.h + i >= H || t.w + j >= W) continue;
        const ptrdiff_t at = ((t.image * H + t.h + i) * W + t.w + j) * job->columns + c;
        vf v = y[i * width + j];
        if (is_data) {
            float *dz = job->data->dz + at;
            store_n(dz, lanes, finished(job->data, job->data->x->x + at, dz, c, lanes, v, sums));
            continue;
        }
        if (i == 0 && j == 0 && *rows == 0) sums[MOMENT_SHIFT] = v; // of a tile with outputs the first is on the map
        *rows += 1;
        add_moments(v, sums[MOMENT_SHIFT], &sum, &squares);
        if (job->stream) v_stream(job->y + at, v);
        else
            store_n(job->y + at, lanes, v);
    }
    if (is_data) return;
    sums[MOMENT_SUM] = v_add(sums[MOMENT_SUM], sum);
    sums[MOMENT_SQUARES] = v_add(sums[MOMENT_SQUARES], squares);
}

// Fetches a vector of the outputs of the tile at t: where they go, and what a gradient needs of the operand.
CK_INLINE void fetch_outputs(const winograd_form form, const product_job *job, tile_place t, ptrdiff_t c,
                             const int is_data) {
    const ptrdiff_t H = job->source.H, W = job->source.W;
    CK_UNROLL for (int i = 0; i < tile_height(form); i++) CK_UNROLL for (int j = 0; j < tile_width(form); j++) {
        const ptrdiff_t at = ((t.image * H + t.h + i) * W + t.w + j) * job->columns + c;
        if (is_data) fetch(job->data->x->x, at);
        fetch(is_data ? job->data->dz : job->y, at);
    }
}

// Finished products: tiles first ..< first + count of all, from row `row` of the product on; columns c ..< c + columns,
// of which column 0 of the product is c. They are of one block of sums.
typedef struct {
    ptrdiff_t block, first, count, row, c, columns;
    const planes *product;
} product_tiles;

CK_INLINE void store_tiles(const winograd_form form, const product_job *job, product_tiles t, float *sums,
                           const int is_data) {
    const ptrdiff_t pitch = t.product->pitch, plane = plane_floats(t.product->rows, pitch);
    for (ptrdiff_t j = 0; j < t.columns; j += VW) {
        const ptrdiff_t lanes = min(VW, t.columns - j), c = t.c + j;
        const float *at = t.product->at + t.row * pitch + j;
        vf moments[MOMENT_COUNT] = {v_zero(), v_zero(), v_zero()};
        ptrdiff_t rows = 0;
        for (ptrdiff_t i = 0; i < t.count; i++, at += pitch) {
            const tile_place p = place_of(form, job->plan, t.first + i);
            const ptrdiff_t ahead = min(t.first + i + TILES_AHEAD, job->plan->tiles - 1);
            if (!job->stream) fetch_outputs(form, job, place_of(form, job->plan, ahead), c, is_data);
            if (lanes == VW) store_tile(form, job, p, at, plane, c, VW, &rows, moments, is_data);
            else
                store_tile(form, job, p, at, plane, c, lanes, &rows, moments, is_data);
        }
        if (sums == NULL) continue;
        if (is_data) {
            store_n(sums + c, lanes, moments[0]);
            store_n(sums + job->columns + c, lanes, moments[1]);
        } else
            store_moments(sums + c, job->columns, lanes, rows, moments[MOMENT_SHIFT], moments[MOMENT_SUM],
                          moments[MOMENT_SQUARES]);
    }
}

static void finish_tiles(const product_job *job, product_tiles t) {
    float *sums = job->data ? job->data->sums : job->statistics;
    if (sums) sums += t.block * (job->data ? 2 : 3) * job->columns;
    const int line = form_of(&job->plan->shape) == LINE;
    if (line && job->data) store_tiles(LINE, job, t, sums, 1);
    else if (line)
        store_tiles(LINE, job, t, sums, 0);
    else if (job->data)
        store_tiles(SQUARE, job, t, sums, 1);
    else
        store_tiles(SQUARE, job, t, sums, 0);
    if (job->stream) stream_fence();
}
