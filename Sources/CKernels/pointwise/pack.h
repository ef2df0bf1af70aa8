// Reading operands and gradients: what ck_operand.h defines, formed row by row and left as packed rows (gemm/tile.h),
// zero up to a whole strip.

typedef struct {
    ptrdiff_t C, rows_per_image;
    ptrdiff_t first, count; // rows
} row_range;

// `at`: the row's first element.
CK_INLINE vf operand_tail(const ck_operand *o, ptrdiff_t at, const float *gate, ptrdiff_t c, ptrdiff_t lanes,
                          int affine, ck_activation activation, int halved) {
    vf z = load_raw(raw_of(o), at + c, lanes, halved);
    if (affine) z = v_fma(v_load_tail(o->scale + c, lanes), z, v_load_tail(o->shift + c, lanes));
    if (activation == CK_SWISH) z = v_swish(z);
    if (activation == CK_RELU) z = v_max(v_zero(), z); // in this order a NaN stays one
    return gate ? v_mul(z, v_load_tail(gate + c, lanes)) : z;
}

// Packed operand for `count` whole vectors from c on.
CK_INLINE void pack_vectors(const ck_operand *o, ptrdiff_t at, const float *gate, ptrdiff_t c, float *row, int affine,
                            ck_activation activation, int halved, const int count) {
    vf z[4], s[4];
    CK_UNROLL for (int i = 0; i < count; i++) {
        z[i] = load_raw(raw_of(o), at + c + i * VW, VW, halved);
        if (affine) z[i] = v_fma(v_load(o->scale + c + i * VW), z[i], v_load(o->shift + c + i * VW));
    }
    if (activation == CK_SWISH) v_sigmoids(s, z, count);
    CK_UNROLL for (int i = 0; i < count; i++) {
        if (activation == CK_SWISH) z[i] = v_mul(z[i], s[i]);
        if (activation == CK_RELU) z[i] = v_max(v_zero(), z[i]);
        v_store(row + i * STRIP * VW, gate ? v_mul(z[i], v_load(gate + c + i * VW)) : z[i]);
    }
}

CK_INLINE void pack_operand_as(const ck_operand *o, row_range range, float *packed, int affine,
                               ck_activation activation, int gated, int halved) {
    ptrdiff_t C = range.C, image = range.first / range.rows_per_image;
    ptrdiff_t left = (image + 1) * range.rows_per_image - range.first; // rows of this image still to come
    const float *gate = gated ? o->gate + image * C : NULL;
    for (ptrdiff_t r = 0, at = range.first * C; r < range.count; r++, at += C) {
        float *row = packed + r / STRIP * STRIP * padded(C) + r % STRIP * VW;
        ptrdiff_t c = 0;
        for (; c + 4 * VW <= C; c += 4 * VW, row += 4 * STRIP * VW)
            pack_vectors(o, at, gate, c, row, affine, activation, halved, 4);
        if (c + 2 * VW <= C) {
            pack_vectors(o, at, gate, c, row, affine, activation, halved, 2);
            c += 2 * VW, row += 2 * STRIP * VW;
        }
        if (c + VW <= C) {
            pack_vectors(o, at, gate, c, row, affine, activation, halved, 1);
            c += VW, row += STRIP * VW;
        }
        if (c < C) v_store(row, operand_tail(o, at, gate, c, C - c, affine, activation, halved));
        if (--left == 0) left = range.rows_per_image, gate = gated ? gate + C : NULL;
    }
}

CK_INLINE void clear_last_strip(row_range range, float *packed) {
    ptrdiff_t floats = STRIP * padded(range.C);
    if (range.count % STRIP != 0) memset(packed + range.count / STRIP * floats, 0, (size_t)floats * sizeof(float));
}

// The loop is compiled once for every form, so that no question is asked inside.
#define CK_PACK_ACTIVATIONS(AFFINE, GATED, HALVED)                                                                     \
    switch (o->activation) {                                                                                           \
    case CK_SWISH:                                                                                                     \
        return pack_operand_as(o, range, packed, AFFINE, CK_SWISH, GATED, HALVED);                                     \
    case CK_RELU:                                                                                                      \
        return pack_operand_as(o, range, packed, AFFINE, CK_RELU, GATED, HALVED);                                      \
    default:                                                                                                           \
        return pack_operand_as(o, range, packed, AFFINE, CK_IDENTITY, GATED, HALVED);                                  \
    }

static void pack_operand(const ck_operand *o, row_range range, float *packed) {
    clear_last_strip(range, packed);
    if (o->x16 && o->scale == NULL) CK_PACK_ACTIVATIONS(0, o->gate != NULL, 1)
    if (o->x16 && o->gate) CK_PACK_ACTIVATIONS(1, 1, 1)
    if (o->x16) CK_PACK_ACTIVATIONS(1, 0, 1)
    if (o->scale && o->gate) CK_PACK_ACTIVATIONS(1, 1, 0)
    if (o->scale) CK_PACK_ACTIVATIONS(1, 0, 0)
    if (o->gate) CK_PACK_ACTIVATIONS(0, 1, 0)
    CK_PACK_ACTIVATIONS(0, 0, 0)
}

// `at`: the row's first element.
CK_INLINE vf gradient_vector(const ck_gradient *g, ptrdiff_t at, vf image_scale, ptrdiff_t c, ptrdiff_t lanes,
                             int normalised, int halved) {
    vf d = v_mul(image_scale, load_n(g->dz + at + c, lanes));
    if (!normalised) return d;
    vf raw = load_raw(raw_of_gradient(g), at + c, lanes, halved);
    vf rest = v_fma(load_n(g->b + c, lanes), raw, load_n(g->c + c, lanes));
    return v_fma(load_n(g->a + c, lanes), d, rest);
}

CK_INLINE void pack_gradient_as(const ck_gradient *g, row_range range, float *packed, int normalised, int halved) {
    ptrdiff_t C = range.C, image = range.first / range.rows_per_image;
    ptrdiff_t left = (image + 1) * range.rows_per_image - range.first;
    vf scale = v_set1(g->image_scale ? g->image_scale[image] : 1);
    for (ptrdiff_t r = 0, at = range.first * C; r < range.count; r++, at += C) {
        float *row = packed + r / STRIP * STRIP * padded(C) + r % STRIP * VW;
        ptrdiff_t c = 0;
        for (; c + VW <= C; c += VW, row += STRIP * VW)
            v_store(row, gradient_vector(g, at, scale, c, VW, normalised, halved));
        if (c < C) v_store(row, gradient_vector(g, at, scale, c, C - c, normalised, halved));
        if (--left == 0 && r + 1 < range.count) {
            left = range.rows_per_image, image++;
            if (g->image_scale) scale = v_set1(g->image_scale[image]);
        }
    }
}

static void pack_gradient(const ck_gradient *g, row_range range, float *packed) {
    clear_last_strip(range, packed);
    if (g->a && g->raw16) pack_gradient_as(g, range, packed, 1, 1);
    else if (g->a)
        pack_gradient_as(g, range, packed, 1, 0);
    else
        pack_gradient_as(g, range, packed, 0, 0);
}
