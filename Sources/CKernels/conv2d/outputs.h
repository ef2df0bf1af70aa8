// The last step of the Winograd method. In the forward pass, it transforms the products to outputs, and stores them and
// their statistics. For the data gradient, it transforms the products to da, converts da to dz with `finished`
// (data_gradient.h), and stores dz and its sums.

typedef struct {
    const ck_conv2d *plan;
    tile_source source;
    ptrdiff_t columns;    // columns of the product: output channels, or input channels for the data gradient
    const float *panels;  // of transformed filters
    const data_job *data; // the job of the data gradient, or NULL in the forward pass
    float *y, *statistics;
    int stream;
    plane_pair pair;              // staged: the planes in the workspace
    ptrdiff_t chunk, chunk_tiles; // staged: the first tile of the chunk, and its number of tiles
} product_job;

// Stores one vector of channels of a tile's outputs. In the forward pass, sums are the intermediate sums of the block
// (moments.h), and `rows` is the number of outputs in them. For the data gradient, sums are Σ dz and Σ dz·x.
CK_INLINE void store_tile(const winograd_form form, const product_job *job, tile_place t, const float *product,
                          ptrdiff_t plane, ptrdiff_t c, ptrdiff_t lanes, ptrdiff_t *rows, vf sums[MOMENT_COUNT],
                          const int is_data) {
    const ptrdiff_t H = job->source.H, W = job->source.W;
    const int height = tile_height(form), width = tile_width(form);
    // The sums of the tile are computed separately, because long chains of float additions lose accuracy.
    vf m[MOST_PLANES], y[16], sum = v_zero(), squares = v_zero();
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
        // If any output of a tile is inside the feature map, the first one is.
        if (i == 0 && j == 0 && *rows == 0) sums[MOMENT_SHIFT] = v;
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

// Prefetches the memory of one vector of channels of a tile's outputs and, for the data gradient, of the operand.
CK_INLINE void fetch_outputs(const winograd_form form, const product_job *job, tile_place t, ptrdiff_t c,
                             const int is_data) {
    const ptrdiff_t H = job->source.H, W = job->source.W;
    CK_UNROLL for (int i = 0; i < tile_height(form); i++) CK_UNROLL for (int j = 0; j < tile_width(form); j++) {
        const ptrdiff_t at = ((t.image * H + t.h + i) * W + t.w + j) * job->columns + c;
        if (is_data) fetch(job->data->x->x, at);
        fetch(is_data ? job->data->dz : job->y, at);
    }
}

// A part of a product: tiles first ..< first + count, which begin at row `row` of the product, and columns
// c ..< c + columns, which begin at column 0 of the product. All tiles belong to the same block of sums.
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
