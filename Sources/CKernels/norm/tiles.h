// The walk that every element-wise pass over (N, R, C) shares, and the operand as vectors.
//
// Rows are taken in tiles that stay in the first-level cache; within a tile one vector of channels goes down all rows,
// so that coefficients and partial sums live in registers, and memory is still read almost in order.
#include "../isa/spans.h"
#include "images.h"

typedef struct {
    ptrdiff_t block, image;
    ptrdiff_t at;      // offset of (image, first row, c)
    ptrdiff_t rows;    // rows of the tile
    ptrdiff_t C, c, n; // channels c ..< c + n, n ≤ VW
} tile;

typedef void (*tile_visitor)(const void *task, tile t);

// Loads, and prefetches the same place of the next tile, `ahead` floats on: the hardware does not foresee a walk down
// columns (a third of the time of a pass through swish).
CK_INLINE vf load_ahead(const float *p, ptrdiff_t ahead, ptrdiff_t n) {
    __builtin_prefetch(p + ahead);
    return load_n(p, n);
}

// `tall` is the number of rows of a tile; the last of an image may have fewer.
CK_INLINE void visit(const ck_images *s, ptrdiff_t block, ptrdiff_t tall, tile_visitor visitor, const void *task) {
    for (ptrdiff_t image = ck_images_first(s, block); image < ck_images_end(s, block); image++)
        for (ptrdiff_t r = 0; r < s->R; r += tall) {
            tile t = {block, image, (image * s->R + r) * s->C, s->R - r < tall ? s->R - r : tall, s->C, 0, VW};
            for (; t.c + VW <= s->C; t.c += VW, t.at += VW) visitor(task, t);
            t.n = s->C - t.c;
            if (t.n > 0) visitor(task, t);
        }
}

CK_INLINE void visit_tiles(const ck_images *s, ptrdiff_t block, tile_visitor visitor, const void *task) {
    enum { TILE = 2048, FEWEST = 16 }; // floats of a tile, rows of a tile
    visit(s, block, TILE / s->C > FEWEST ? TILE / s->C : FEWEST, visitor, task);
}

// All rows of an image in one tile.
CK_INLINE void visit_images(const ck_images *s, ptrdiff_t block, tile_visitor visitor, const void *task) {
    visit(s, block, s->R, visitor, task);
}

CK_INLINE vf activate(ck_activation activation, vf z) {
    switch (activation) {
    case CK_SWISH:
        return v_swish(z);
    case CK_RELU:
        return v_max(v_zero(), z); // in this order a NaN stays one
    default:
        return z;
    }
}

CK_INLINE vf activation_derivative(ck_activation activation, vf z) {
    switch (activation) {
    case CK_SWISH:
        return v_swish_derivative(z);
    case CK_RELU:
        return v_select_gt(z, v_zero(), v_set1(1.0f), v_zero());
    default:
        return v_set1(1.0f);
    }
}

// Scale and shift of channels c ..< c + n.
typedef struct {
    vf scale, shift;
} affine;

CK_INLINE affine affine_at(const ck_operand *x, ptrdiff_t c, ptrdiff_t n) {
    if (x->scale == NULL) return (affine){v_set1(1.0f), v_zero()};
    return (affine){load_n(x->scale + c, n), load_n(x->shift + c, n)};
}

CK_INLINE vf apply(affine k, vf x) { return v_fma(x, k.scale, k.shift); }

// Calls f(…, activation, n) with both as constants of the compiler, so that the row loop holds no branch.
#define WITH_CONSTANTS(f, task, t, activation)                                                                         \
    do {                                                                                                               \
        if ((t).n == VW) {                                                                                             \
            if ((activation) == CK_SWISH) f(task, t, CK_SWISH, VW);                                                    \
            else if ((activation) == CK_RELU)                                                                          \
                f(task, t, CK_RELU, VW);                                                                               \
            else                                                                                                       \
                f(task, t, CK_IDENTITY, VW);                                                                           \
        } else                                                                                                         \
            f(task, t, activation, (t).n);                                                                             \
    } while (0)
