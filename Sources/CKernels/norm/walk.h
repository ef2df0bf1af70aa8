// The order in which element-wise passes visit the elements of a tensor (N, R, C).
//
// The rows are divided into tiles that fit into the L1 cache. Within a tile, one vector of channels passes over all
// rows before the next one. Thus coefficients and partial sums are in registers, and memory is still read almost in
// order.
#ifndef CK_NORM_WALK_H
#define CK_NORM_WALK_H
#include "../isa/operand.h"
#include "images.h"

typedef struct {
    ptrdiff_t block, image;
    ptrdiff_t at;      // offset of the element (image, first row, c)
    ptrdiff_t rows;    // rows of the tile
    ptrdiff_t C, c, n; // channels c ..< c + n, n ≤ VW
} tile;

typedef void (*tile_visitor)(const void *task, tile t);

// Calls `visitor` for every tile of a block. A tile has `tall` rows; the last one of an image may have fewer.
CK_INLINE void visit(const ck_images *s, ptrdiff_t block, ptrdiff_t tall, tile_visitor visitor, const void *task) {
    const ck_image_range images = ck_images_of_block(*s, block);
    for (ptrdiff_t image = images.first; image < images.end; image++)
        for (ptrdiff_t r = 0; r < s->R; r += tall) {
            tile t = {block, image, (image * s->R + r) * s->C, min(s->R - r, tall), s->C, 0, VW};
            for (; t.c + VW <= s->C; t.c += VW, t.at += VW) visitor(task, t);
            t.n = s->C - t.c;
            if (t.n > 0) visitor(task, t);
        }
}

CK_INLINE void visit_tiles(const ck_images *s, ptrdiff_t block, tile_visitor visitor, const void *task) {
    visit(s, block, max(IMAGES_TILE_FLOATS / s->C, IMAGES_TILE_ROWS), visitor, task);
}

// The same, with all rows of an image in one tile.
CK_INLINE void visit_images(const ck_images *s, ptrdiff_t block, tile_visitor visitor, const void *task) {
    visit(s, block, s->R, visitor, task);
}

enum { ABREAST = 4 }; // rows whose activations are computed at once

// Calls f(…, r, rows) for groups of ABREAST rows, and then for single rows. `rows` is a compile-time constant.
#define RUNS_OF_ROWS(t, f, ...)                                                                                        \
    do {                                                                                                               \
        ptrdiff_t r = 0;                                                                                               \
        for (; r + ABREAST <= (t).rows; r += ABREAST) f(__VA_ARGS__, r, ABREAST);                                      \
        for (; r < (t).rows; r++) f(__VA_ARGS__, r, 1);                                                                \
    } while (0)

// Calls f(task, t, n, is_bf16, activation). If the vector of channels is complete, n, is_bf16 and activation are
// compile-time constants, so that the loop over the rows contains no branches.
#define WITH_CONSTANTS(f, task, t, x)                                                                                  \
    do {                                                                                                               \
        if ((t).n < VW) f(task, t, (t).n, (x)->x16 != NULL, (x)->activation);                                          \
        else if ((x)->x16 != NULL)                                                                                     \
            WITH_ACTIVATION((x)->activation, f, task, t, VW, 1);                                                       \
        else                                                                                                           \
            WITH_ACTIVATION((x)->activation, f, task, t, VW, 0);                                                       \
    } while (0)
#endif
