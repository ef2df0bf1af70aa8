// Tiles of 4 × 4 outputs, and the products' operands. A *plane* is one of the 36 places of a transformed tile: the
// operands are (36, rows, channels), a row a tile, so that every plane is a matrix.

enum { SIDE = 4 };

typedef struct {
    float *at;
    ptrdiff_t rows, pitch; // of a plane; pitch from row to row
} planes;

CK_INLINE float *plane_of(const planes *p, int e) { return p->at + e * plane_floats(p->rows, p->pitch); }

// What is transformed: an operand, or the gradient of the outputs.
typedef struct {
    const ck_operand *x;   // or NULL:
    const ck_gradient *dy; // then this
    ptrdiff_t H, W, C;
} tile_source;

typedef enum { READ_PLAIN, READ_RELU, READ_OPERAND, READ_DRAW, READ_GRADIENT } reading;

static reading reading_of(const tile_source *s) {
    if (s->x == NULL) return s->dy->a ? READ_DRAW : READ_GRADIENT;
    if (s->x->scale == NULL && s->x->activation == CK_IDENTITY) return READ_PLAIN;
    return s->x->scale && s->x->activation == CK_RELU ? READ_RELU : READ_OPERAND;
}

// Per-channel coefficients: scale and shift, or a, b and c.
typedef struct {
    vf a, b, c;
} coefficients;

CK_INLINE coefficients coefficients_at(const tile_source *s, ptrdiff_t image, ptrdiff_t c, ptrdiff_t lanes,
                                       reading how) {
    coefficients k = {v_set1(1), v_zero(), v_zero()};
    if ((how == READ_RELU || how == READ_OPERAND) && s->x->scale)
        k.a = load_lanes(s->x->scale + c, lanes), k.b = load_lanes(s->x->shift + c, lanes);
    if (how == READ_DRAW) {
        k.a = load_lanes(s->dy->a + c, lanes), k.b = load_lanes(s->dy->b + c, lanes);
        k.c = load_lanes(s->dy->c + c, lanes);
    }
    if ((how == READ_DRAW || how == READ_GRADIENT) && s->dy->image_scale)
        k.a = v_mul(k.a, v_set1(s->dy->image_scale[image]));
    return k;
}

CK_INLINE vf read_value(const tile_source *s, const coefficients *k, ptrdiff_t at, ptrdiff_t lanes, reading how) {
    switch (how) {
    case READ_PLAIN:
        return load_lanes(s->x->x + at, lanes);
    case READ_RELU:
        return v_max(v_zero(), v_fma(k->a, load_lanes(s->x->x + at, lanes), k->b));
    case READ_OPERAND:
        return activated(s->x->activation, v_fma(k->a, load_lanes(s->x->x + at, lanes), k->b));
    case READ_DRAW:
        return v_fma(k->a, load_lanes(s->dy->dz + at, lanes), v_fma(k->b, load_lanes(s->dy->raw + at, lanes), k->c));
    default:
        return v_mul(k->a, load_lanes(s->dy->dz + at, lanes));
    }
}

// Where a tile lies.
typedef struct {
    ptrdiff_t image, h, w; // of its first output
} tile_place;

CK_INLINE tile_place place_of(const ck_conv2d *plan, ptrdiff_t tile) {
    ptrdiff_t across = tile % plan->tiles_across, down = tile / plan->tiles_across;
    return (tile_place){down / plan->tiles_down, down % plan->tiles_down * SIDE, across * SIDE};
}

// Transforms `from` × `from` values that begin `before` the tile; channels c ..< c + count of the source.
CK_INLINE void transform_tile_as(const tile_source *s, tile_place p, ptrdiff_t before, ptrdiff_t c0, ptrdiff_t count,
                                 const planes *to, ptrdiff_t row, transform *f, const int from, reading how) {
    ptrdiff_t at[PLANES]; // of every value, or -1 outside the image
    CK_UNROLL for (int i = 0; i < from; i++) CK_UNROLL for (int j = 0; j < from; j++) {
        ptrdiff_t h = p.h + i - before, w = p.w + j - before;
        const int inside = h >= 0 && h < s->H && w >= 0 && w < s->W;
        at[i * from + j] = inside ? ((p.image * s->H + h) * s->W + w) * s->C + c0 : -1;
    }
    for (ptrdiff_t c = 0; c < count; c += VW) {
        const ptrdiff_t lanes = least(VW, count - c);
        const coefficients k = coefficients_at(s, p.image, c0 + c, lanes, how);
        vf in[PLANES], out[PLANES];
        if (lanes == VW) {
            CK_UNROLL for (int i = 0; i < from * from; i++) in[i] =
                at[i] < 0 ? v_zero() : read_value(s, &k, at[i] + c, VW, how);
        } else
            for (int i = 0; i < from * from; i++)
                in[i] = at[i] < 0 ? v_zero() : read_value(s, &k, at[i] + c, lanes, how);
        both_ways(f, in, out, from, 6);
        float *row_at = to->at + row * to->pitch + c;
        const ptrdiff_t plane = plane_floats(to->rows, to->pitch);
        CK_UNROLL for (int e = 0; e < PLANES; e++) v_store(row_at + e * plane, out[e]);
    }
}

// Tiles first ..< first + count to rows 0 ..< of the planes; rows that fill the last group of a tile are zeros.
CK_INLINE void transform_tiles(const ck_conv2d *plan, const tile_source *s, ptrdiff_t first, ptrdiff_t count,
                               ptrdiff_t before, ptrdiff_t c, ptrdiff_t channels, const planes *to, ptrdiff_t row,
                               transform *f, const int from) {
    const reading how = reading_of(s);
#define CK_READ(HOW)                                                                                                   \
    case HOW:                                                                                                          \
        for (ptrdiff_t t = 0; t < count; t++)                                                                          \
            transform_tile_as(s, place_of(plan, first + t), before, c, channels, to, row + t, f, from, HOW);           \
        break;
    switch (how) {
        CK_READ(READ_PLAIN)
        CK_READ(READ_RELU)
        CK_READ(READ_OPERAND)
        CK_READ(READ_DRAW)
        CK_READ(READ_GRADIENT)
    }
#undef CK_READ
}

// 6 × 6 values around every tile, for products with filters.
static void transform_around(const ck_conv2d *plan, const tile_source *s, ptrdiff_t first, ptrdiff_t count, ptrdiff_t c,
                             ptrdiff_t channels, const planes *to, ptrdiff_t row) {
    transform_tiles(plan, s, first, count, 1, c, channels, to, row, input_transform, 6);
}

// The 4 × 4 gradients of every tile.
static void transform_gradients(const ck_conv2d *plan, const tile_source *s, ptrdiff_t first, ptrdiff_t count,
                                ptrdiff_t c, ptrdiff_t channels, const planes *to, ptrdiff_t row) {
    transform_tiles(plan, s, first, count, 0, c, channels, to, row, output_adjoint, 4);
}
