// The walk that every element-wise pass over (N, R, C) shares, and the operand as vectors.
//
// Rows are taken in tiles that stay in the first-level cache; within a tile one vector of channels goes down all rows,
// so that coefficients and partial sums live in registers, and memory is still read almost in order.
#ifndef CK_NORM_TILES_H
#define CK_NORM_TILES_H
#include "../isa/raw.h"
#include "images.h"

#define CK_EACH_OF(n) _Pragma("clang loop unroll(full)") for (int i = 0; i < (n); i++)

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
    // By its number: the place may lie behind the tensor, where a pointer must not be formed.
    __builtin_prefetch((const void *)((uintptr_t)p + (uintptr_t)ahead * sizeof *p));
    return load_n(p, n);
}

CK_INLINE vf load_raw_ahead(raw_values x, ptrdiff_t at, ptrdiff_t ahead, ptrdiff_t n, const int halved) {
    prefetch_raw(x, at + ahead, halved);
    return load_raw(x, at, n, halved);
}

// `tall` is the number of rows of a tile; the last of an image may have fewer.
CK_INLINE void visit(const ck_images *s, ptrdiff_t block, ptrdiff_t tall, tile_visitor visitor, const void *task) {
    for (ptrdiff_t image = ck_images_first(s, block); image < ck_images_end(s, block); image++)
        for (ptrdiff_t r = 0; r < s->R; r += tall) {
            tile t = {block, image, (image * s->R + r) * s->C, min(s->R - r, tall), s->C, 0, VW};
            for (; t.c + VW <= s->C; t.c += VW, t.at += VW) visitor(task, t);
            t.n = s->C - t.c;
            if (t.n > 0) visitor(task, t);
        }
}

CK_INLINE void visit_tiles(const ck_images *s, ptrdiff_t block, tile_visitor visitor, const void *task) {
    enum { TILE = 2048, FEWEST = 16 }; // floats of a tile, rows of a tile
    visit(s, block, max(TILE / s->C, FEWEST), visitor, task);
}

// All rows of an image in one tile.
CK_INLINE void visit_images(const ck_images *s, ptrdiff_t block, tile_visitor visitor, const void *task) {
    visit(s, block, s->R, visitor, task);
}

enum { ABREAST = 4 }; // rows that a pass activates at once: alone, each waits for the last

// y[i] := activation(z[i]) for a literal n ≤ ABREAST
CK_INLINE void activate_all(ck_activation activation, vf *y, const vf *z, const int n) {
    vf s[ABREAST];
    if (activation == CK_SWISH) v_sigmoids(s, z, n);
    CK_EACH_OF(n) {
        y[i] = z[i];
        if (activation == CK_SWISH) y[i] = v_mul(z[i], s[i]);
        if (activation == CK_RELU) y[i] = v_max(v_zero(), z[i]); // in this order a NaN stays one
    }
}

// y[i] := activation'(z[i])
CK_INLINE void derive_all(ck_activation activation, vf *y, const vf *z, const int n) {
    vf s[ABREAST];
    const vf one = v_set1(1.0f);
    if (activation == CK_SWISH) v_sigmoids(s, z, n);
    CK_EACH_OF(n) {
        y[i] = one;
        if (activation == CK_SWISH) y[i] = v_mul(s[i], v_fma(z[i], v_sub(one, s[i]), one));
        if (activation == CK_RELU) y[i] = v_select_gt(z[i], v_zero(), one, v_zero());
    }
}

CK_INLINE vf activate(ck_activation activation, vf z) {
    vf y;
    activate_all(activation, &y, &z, 1);
    return y;
}

CK_INLINE vf activation_derivative(ck_activation activation, vf z) {
    vf y;
    derive_all(activation, &y, &z, 1);
    return y;
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

// Calls f(…, r, rows) for runs of ABREAST rows, then for single ones, `rows` a constant of the compiler.
#define RUNS_OF_ROWS(t, f, ...)                                                                                        \
    do {                                                                                                               \
        ptrdiff_t r = 0;                                                                                               \
        for (; r + ABREAST <= (t).rows; r += ABREAST) f(__VA_ARGS__, r, ABREAST);                                      \
        for (; r < (t).rows; r++) f(__VA_ARGS__, r, 1);                                                                \
    } while (0)

// Calls f(…, activation, n, halved) with all of them as constants of the compiler, so that the row loop holds no
// branch.
#define WITH_CONSTANTS(f, task, t, x)                                                                                  \
    do {                                                                                                               \
        if ((t).n < VW) f(task, t, (x)->activation, (t).n, (x)->x16 != NULL);                                          \
        else if ((x)->x16 != NULL)                                                                                     \
            WITH_ACTIVATION(f, task, t, (x)->activation, 1);                                                           \
        else                                                                                                           \
            WITH_ACTIVATION(f, task, t, (x)->activation, 0);                                                           \
    } while (0)
#define WITH_ACTIVATION(f, task, t, activation, halved)                                                                \
    do {                                                                                                               \
        if ((activation) == CK_SWISH) f(task, t, CK_SWISH, VW, halved);                                                \
        else if ((activation) == CK_RELU)                                                                              \
            f(task, t, CK_RELU, VW, halved);                                                                           \
        else                                                                                                           \
            f(task, t, CK_IDENTITY, VW, halved);                                                                       \
    } while (0)
#endif
