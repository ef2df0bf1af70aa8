// Reads operands and gradients into packed rows (gemm/tile.h). The last strip is filled up with zeros.

typedef struct {
    ptrdiff_t C, rows_per_image;
    ptrdiff_t first, count; // rows first ..< first + count
} row_range;

// Writes `count` vectors to a packed row. They are read from channel c on, in the row that begins at element `at`.
CK_INLINE void pack_vectors(const ck_operand *o, ptrdiff_t at, const float *gate, ptrdiff_t c, ptrdiff_t lanes,
                            float *row, const int is_affine, const int is_bf16, ck_activation activation,
                            const int count) {
    vf a[4];
    read_operand(o, at, gate, c, lanes, a, is_affine, activation, is_bf16, count);
    CK_EACH_OF(count) v_store(row + i * STRIP * VW, a[i]);
}

CK_INLINE void pack_operand_as(const ck_operand *o, row_range range, float *packed, const int is_affine,
                               const int is_gated, const int is_bf16, ck_activation activation) {
    ptrdiff_t C = range.C, image = range.first / range.rows_per_image;
    ptrdiff_t left = (image + 1) * range.rows_per_image - range.first; // remaining rows of this image
    const float *gate = is_gated ? o->gate + image * C : NULL;
    for (ptrdiff_t r = 0, at = range.first * C; r < range.count; r++, at += C) {
        float *row = packed + r / STRIP * STRIP * padded(C) + r % STRIP * VW;
        ptrdiff_t c = 0;
        for (; c + 4 * VW <= C; c += 4 * VW, row += 4 * STRIP * VW)
            pack_vectors(o, at, gate, c, VW, row, is_affine, is_bf16, activation, 4);
        if (c + 2 * VW <= C) {
            pack_vectors(o, at, gate, c, VW, row, is_affine, is_bf16, activation, 2);
            c += 2 * VW, row += 2 * STRIP * VW;
        }
        if (c + VW <= C) {
            pack_vectors(o, at, gate, c, VW, row, is_affine, is_bf16, activation, 1);
            c += VW, row += STRIP * VW;
        }
        if (c < C) pack_vectors(o, at, gate, c, C - c, row, is_affine, is_bf16, activation, 1);
        if (--left == 0) left = range.rows_per_image, gate = is_gated ? gate + C : NULL;
    }
}

CK_INLINE void clear_last_strip(row_range range, float *packed) {
    ptrdiff_t floats = STRIP * padded(range.C);
    if (range.count % STRIP != 0) memset(packed + range.count / STRIP * floats, 0, (size_t)floats * sizeof(float));
}

// The loop is compiled once for each combination of the conditions, so that its body contains no branches.
static void pack_operand(const ck_operand *o, row_range range, float *packed) {
    clear_last_strip(range, packed);
#define CK_PACK(IS_AFFINE, IS_GATED, IS_BF16)                                                                          \
    WITH_ACTIVATION(o->activation, pack_operand_as, o, range, packed, IS_AFFINE, IS_GATED, IS_BF16)
    if (o->x16 && o->scale == NULL) CK_PACK(0, o->gate != NULL, 1);
    else if (o->x16 && o->gate)
        CK_PACK(1, 1, 1);
    else if (o->x16)
        CK_PACK(1, 0, 1);
    else if (o->scale && o->gate)
        CK_PACK(1, 1, 0);
    else if (o->scale)
        CK_PACK(1, 0, 0);
    else if (o->gate)
        CK_PACK(0, 1, 0);
    else
        CK_PACK(0, 0, 0);
#undef CK_PACK
}

CK_INLINE void pack_gradient_as(const ck_gradient *g, row_range range, float *packed, const int is_normalised,
                                const int is_bf16) {
    ptrdiff_t C = range.C, image = range.first / range.rows_per_image;
    ptrdiff_t left = (image + 1) * range.rows_per_image - range.first;
    vf scale = v_set1(g->image_scale ? g->image_scale[image] : 1);
    for (ptrdiff_t r = 0, at = range.first * C; r < range.count; r++, at += C) {
        float *row = packed + r / STRIP * STRIP * padded(C) + r % STRIP * VW;
        ptrdiff_t c = 0;
        for (; c + VW <= C; c += VW, row += STRIP * VW)
            v_store(row, read_gradient(g, at, scale, c, VW, is_normalised, is_bf16));
        if (c < C) v_store(row, read_gradient(g, at, scale, c, C - c, is_normalised, is_bf16));
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
