// The two forms of the Winograd method: the size of their tiles, and the memory layout of transformed tiles.
#ifndef CK_CONV2D_FORMS_H
#define CK_CONV2D_FORMS_H
#include "geometry.h"

// SQUARE is F(4×4, 3×3); LINE is F(6, 3) in one dimension. If the form is a compile-time constant, the following
// functions return compile-time constants.
typedef enum { SQUARE, LINE } winograd_form;

static inline winograd_form form_of(const ck_conv2d_shape *s) { return s->kernel_h == 1 ? LINE : SQUARE; }
// tile_…: the size of a tile in outputs. reach_…: the size of the input window from which a tile is computed.
static inline int tile_height(winograd_form form) { return form == LINE ? 1 : 4; }
static inline int tile_width(winograd_form form) { return form == LINE ? 6 : 4; }
static inline int reach_height(winograd_form form) { return form == LINE ? 1 : 6; }
static inline int reach_width(winograd_form form) { return form == LINE ? 8 : 6; }
static inline int planes_of_form(winograd_form form) { return form == LINE ? 8 : MOST_PLANES; }
// The number of filters into which the kernel is divided, and the number of taps of a filter. The three filters of a
// LINE begin three values apart, which is half a tile.
static inline int filters_of_form(winograd_form form) { return form == LINE ? 3 : 1; }
static inline int taps_of_form(winograd_form form) { return form == LINE ? 3 : 9; }
// rows_per_tile: the number of rows of transformed inputs per tile. input_rows: the number of rows that `tiles`
// consecutive tiles read.
static inline ptrdiff_t rows_per_tile(winograd_form form) { return form == LINE ? 2 : 1; }
static inline ptrdiff_t input_rows(winograd_form form, ptrdiff_t tiles) { return form == LINE ? 2 * tiles + 1 : tiles; }

// The number of floats of one plane of transformed tiles. It is an odd number of cache lines.
static inline ptrdiff_t plane_floats(ptrdiff_t rows, ptrdiff_t pitch) { return round_up(rows, 2) * pitch + 16; }
// The number of floats of the transformed filters (filters.h). The narrowest panels have 12 columns.
static inline ptrdiff_t filter_floats(winograd_form form, ptrdiff_t depth, ptrdiff_t columns) {
    ptrdiff_t plane = WINOGRAD_FILTER_ROWS * round_up(columns, 16) + 16 * (columns / 12 + 2);
    return filters_of_form(form) * blocks_of(depth, WINOGRAD_FILTER_ROWS) * planes_of_form(form) * plane;
}

// The planes of transformed tiles, with the layout (planes, rows, channels). A plane contains one element of the
// transform of every tile, and is a matrix (rows, channels).
typedef struct {
    float *at;
    ptrdiff_t rows, pitch; // rows of a plane, and their distance in floats
} planes;

static inline float *plane_of(const planes *p, int e) { return p->at + e * plane_floats(p->rows, p->pitch); }

// The planes of the transformed inputs of `tiles` tiles, followed by planes of the same number of tiles: the product,
// or the transformed gradients. pair_floats returns their size, for the plan. pair_at places them at `memory`, for the
// passes.
typedef struct {
    planes inputs, outputs;
} plane_pair;

static inline ptrdiff_t pair_floats(winograd_form form, ptrdiff_t tiles, ptrdiff_t in, ptrdiff_t out) {
    return planes_of_form(form) * (plane_floats(input_rows(form, tiles), in) + plane_floats(tiles, out));
}
static inline plane_pair pair_at(float *memory, winograd_form form, ptrdiff_t tiles, ptrdiff_t in, ptrdiff_t out) {
    const planes inputs = {memory, input_rows(form, tiles), in};
    return (plane_pair){inputs, {plane_of(&inputs, planes_of_form(form)), tiles, out}};
}

void plan_winograd(ck_conv2d *plan);
#endif
