// The tiles of the Winograd method, and their transforms to planes (forms.h), which are the operands of the products.
//
// SQUARE has tiles of 4 × 4 outputs and 36 planes, with one row for each tile. LINE has tiles of 6 outputs and 8
// planes, with two rows for each tile: the first row begins at the beginning of the tile, the second one in its middle.
// Filter f + 1 reads values that begin three values (half a tile) after those of filter f. Thus row 2·t + f has the
// values that filter f of tile t reads. Filter 2 of the last tile reads a row of the next tile. Therefore each image
// has one tile more than its outputs need.

// The tensor that is transformed: an operand, or the gradient of the outputs.
typedef struct {
    const ck_operand *x;   // the operand, or NULL
    const ck_gradient *dy; // the gradient, if x is NULL
    ptrdiff_t H, W, C;
} tile_source;

typedef enum { READ_PLAIN, READ_RELU, READ_OPERAND, READ_DRAW, READ_GRADIENT } reading;

static reading reading_of(const tile_source *s) {
    if (s->x == NULL) return s->dy->a ? READ_DRAW : READ_GRADIENT;
    if (s->x->scale == NULL && s->x->activation == CK_IDENTITY) return READ_PLAIN;
    return s->x->scale && s->x->activation == CK_RELU ? READ_RELU : READ_OPERAND;
}

// The coefficients of a vector of channels, which are the same for all values of a tile.
typedef struct {
    affine z;
    gradient_affine gradient;
} coefficients;

CK_INLINE coefficients coefficients_at(const tile_source *s, ptrdiff_t image, ptrdiff_t c, ptrdiff_t lanes,
                                       reading how) {
    if (how == READ_PLAIN) return (coefficients){0};
    if (how == READ_RELU) return (coefficients){.z = affine_at(s->x->scale, s->x->shift, c, lanes)};
    if (how == READ_OPERAND) return (coefficients){.z = affine_of(s->x, c, lanes)};
    const vf image_scale = v_set1(s->dy->image_scale ? s->dy->image_scale[image] : 1);
    return (coefficients){.gradient = gradient_affine_at(s->dy, image_scale, c, lanes, how == READ_DRAW)};
}

CK_INLINE vf read_value(const tile_source *s, const coefficients *k, ptrdiff_t at, ptrdiff_t lanes, reading how) {
    switch (how) {
    case READ_PLAIN:
        return load_n(s->x->x + at, lanes);
    case READ_RELU:
        return activate(CK_RELU, apply(k->z, load_n(s->x->x + at, lanes)));
    case READ_OPERAND:
        return activate(s->x->activation, apply(k->z, load_n(s->x->x + at, lanes)));
    case READ_DRAW:
        return draw_of(&k->gradient, load_n(s->dy->dz + at, lanes), load_n(s->dy->raw + at, lanes));
    default:
        return v_mul(k->gradient.a, load_n(s->dy->dz + at, lanes));
    }
}

// The position of the first output of a tile, or of the first value of its input window.
typedef struct {
    ptrdiff_t image, h, w;
} tile_place;

CK_INLINE tile_place place_of(const winograd_form form, const ck_conv2d *plan, ptrdiff_t tile) {
    ptrdiff_t across = tile % plan->tiles_across, down = tile / plan->tiles_across;
    return (tile_place){down / plan->tiles_down, down % plan->tiles_down * tile_height(form),
                        across * tile_width(form)};
}

// The position of the first value of a row of inputs.
CK_INLINE tile_place reach_of(const winograd_form form, const ck_conv2d *plan, ptrdiff_t row) {
    const ptrdiff_t rows = rows_per_tile(form), tile = row / rows;
    if (tile == plan->tiles)
        return (tile_place){0, -reach_height(form), 0}; // outside every image, so that it reads zeros
    tile_place p = place_of(form, plan, tile);
    p.h -= plan->shape.padding_h;
    p.w += row % rows * taps_of_form(form) - plan->shape.padding_w;
    return p;
}

typedef enum { INPUTS, GRADIENTS } tile_values;

CK_INLINE int values_high(const winograd_form form, const tile_values what) {
    return what == INPUTS ? reach_height(form) : tile_height(form);
}
CK_INLINE int values_wide(const winograd_form form, const tile_values what) {
    return what == INPUTS ? reach_width(form) : tile_width(form);
}

// The distance of the prefetch, in tiles. The rows of a tile are too far apart for the prefetch of the hardware.
enum { TILES_AHEAD = 2 };

// Prefetches element `at`, which may be outside the tensor.
CK_INLINE void fetch(const float *tensor, ptrdiff_t at) {
    __builtin_prefetch((const void *)((uintptr_t)tensor + (uintptr_t)at * sizeof(float)));
}

// Prefetches one vector of channels of the values from position p on, without those that the previous tiles also read.
CK_INLINE void fetch_values(const winograd_form form, const tile_values what, const tile_source *s, tile_place p,
                            ptrdiff_t c, reading how) {
    const int height = values_high(form, what), width = values_wide(form, what);
    const int fresh = form == LINE && what == INPUTS ? taps_of_form(LINE) : tile_width(form);
    CK_UNROLL for (int i = height - tile_height(form); i < height; i++)
        CK_UNROLL for (int j = width - fresh; j < width; j++) {
        const ptrdiff_t at = ((p.image * s->H + p.h + i) * s->W + p.w + j) * s->C + c;
        fetch(s->x ? s->x->x : s->dy->dz, at);
        if (how == READ_DRAW) fetch(s->dy->raw, at);
    }
}

// Transforms channels c0 ..< c0 + count of the values from position p on, and prefetches the values from position
// `ahead` on.
CK_INLINE void transform_tile_as(const winograd_form form, const tile_values what, const tile_source *s, tile_place p,
                                 tile_place ahead, ptrdiff_t c0, ptrdiff_t count, const planes *to, ptrdiff_t row,
                                 reading how) {
    const int height = values_high(form, what), width = values_wide(form, what);
    ptrdiff_t at[MOST_PLANES]; // the offset of every value, or −1 outside the image
    CK_UNROLL for (int i = 0; i < height; i++) CK_UNROLL for (int j = 0; j < width; j++) {
        ptrdiff_t h = p.h + i, w = p.w + j;
        const int inside = h >= 0 && h < s->H && w >= 0 && w < s->W;
        at[i * width + j] = inside ? ((p.image * s->H + h) * s->W + w) * s->C + c0 : -1;
    }
    for (ptrdiff_t c = 0; c < count; c += VW) {
        fetch_values(form, what, s, ahead, c0 + c, how);
        const ptrdiff_t lanes = min(VW, count - c);
        const coefficients k = coefficients_at(s, p.image, c0 + c, lanes, how);
        vf in[MOST_PLANES], out[MOST_PLANES];
        if (lanes == VW) {
            CK_UNROLL for (int i = 0; i < height * width; i++) in[i] =
                at[i] < 0 ? v_zero() : read_value(s, &k, at[i] + c, VW, how);
        } else
            for (int i = 0; i < height * width; i++)
                in[i] = at[i] < 0 ? v_zero() : read_value(s, &k, at[i] + c, lanes, how);
        if (what == INPUTS) either_form(form, line_inputs, input_transform, in, out, 6, 6);
        else
            either_form(form, line_outputs_adjoint, output_adjoint, in, out, 4, 6);
        float *row_at = to->at + row * to->pitch + c;
        const ptrdiff_t plane = plane_floats(to->rows, to->pitch);
        CK_UNROLL for (int e = 0; e < planes_of_form(form); e++) v_store(row_at + e * plane, out[e]);
    }
}

// Transforms rows first ..< first + count of inputs (or tiles first ..< first + count of gradients), and stores them
// from row `row` of the planes on.
CK_INLINE void transform_rows_as(const winograd_form form, const tile_values what, const ck_conv2d *plan,
                                 const tile_source *s, ptrdiff_t first, ptrdiff_t count, ptrdiff_t c,
                                 ptrdiff_t channels, const planes *to, ptrdiff_t row) {
    const reading how = reading_of(s);
    const ptrdiff_t last = (what == INPUTS ? rows_per_tile(form) : 1) * plan->tiles - 1;
#define CK_PLACE(AT) what == INPUTS ? reach_of(form, plan, AT) : place_of(form, plan, AT)
#define CK_READ(HOW)                                                                                                   \
    case HOW:                                                                                                          \
        for (ptrdiff_t t = 0; t < count; t++) {                                                                        \
            const tile_place p = CK_PLACE(first + t), ahead = CK_PLACE(min(first + t + TILES_AHEAD, last));            \
            transform_tile_as(form, what, s, p, ahead, c, channels, to, row + t, HOW);                                 \
        }                                                                                                              \
        break;
    switch (how) {
        CK_READ(READ_PLAIN)
        CK_READ(READ_RELU)
        CK_READ(READ_OPERAND)
        CK_READ(READ_DRAW)
        CK_READ(READ_GRADIENT)
    }
#undef CK_READ
#undef CK_PLACE
}

// Transforms rows first ..< first + count of inputs.
static void transform_around(const ck_conv2d *plan, const tile_source *s, ptrdiff_t first, ptrdiff_t count, ptrdiff_t c,
                             ptrdiff_t channels, const planes *to, ptrdiff_t row) {
    if (form_of(&plan->shape) == LINE) transform_rows_as(LINE, INPUTS, plan, s, first, count, c, channels, to, row);
    else
        transform_rows_as(SQUARE, INPUTS, plan, s, first, count, c, channels, to, row);
}

// Transforms the gradients of the outputs of tiles first ..< first + count.
static void transform_gradients(const ck_conv2d *plan, const tile_source *s, ptrdiff_t first, ptrdiff_t count,
                                ptrdiff_t c, ptrdiff_t channels, const planes *to, ptrdiff_t row) {
    if (form_of(&plan->shape) == LINE) transform_rows_as(LINE, GRADIENTS, plan, s, first, count, c, channels, to, row);
    else
        transform_rows_as(SQUARE, GRADIENTS, plan, s, first, count, c, channels, to, row);
}
