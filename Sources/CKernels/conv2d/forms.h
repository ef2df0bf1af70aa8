// Winograd's two forms: how tiles lie on the map, and how transformed tiles lie in memory.
#ifndef CK_CONV2D_FORMS_H
#define CK_CONV2D_FORMS_H
#include "geometry.h"

// What follows of the form is a constant where the form is.
typedef enum { SQUARE, LINE } winograd_form;

static inline winograd_form form_of(const ck_conv2d_shape *s) { return s->kernel_h == 1 ? LINE : SQUARE; }
// Outputs of a tile, and the values around it that they depend on, each way.
static inline int tile_height(winograd_form form) { return form == LINE ? 1 : 4; }
static inline int tile_width(winograd_form form) { return form == LINE ? 6 : 4; }
static inline int reach_height(winograd_form form) { return form == LINE ? 1 : 6; }
static inline int reach_width(winograd_form form) { return form == LINE ? 8 : 6; }
static inline int planes_of_form(winograd_form form) { return form == LINE ? 8 : MOST_PLANES; }
// Filters that a kernel is cut into, and the taps of one. A line's begin three values apart, half a tile.
static inline int filters_of_form(winograd_form form) { return form == LINE ? 3 : 1; }
static inline int taps_of_form(winograd_form form) { return form == LINE ? 3 : 9; }
// Rows of transformed inputs from tile to tile, and those of some tiles, with what the last one's filters read.
static inline ptrdiff_t rows_per_tile(winograd_form form) { return form == LINE ? 2 : 1; }
static inline ptrdiff_t input_rows(winograd_form form, ptrdiff_t tiles) { return form == LINE ? 2 * tiles + 1 : tiles; }

// Floats of one plane of transformed tiles; an odd number of cache lines.
static inline ptrdiff_t plane_floats(ptrdiff_t rows, ptrdiff_t pitch) { return round_up(rows, 2) * pitch + 16; }
// Transformed filters in panels (filters.h); the narrowest panels have 12 columns.
static inline ptrdiff_t filter_floats(winograd_form form, ptrdiff_t depth, ptrdiff_t columns) {
    ptrdiff_t plane = WINOGRAD_FILTER_ROWS * round_up(columns, 16) + 16 * (columns / 12 + 2);
    return filters_of_form(form) * blocks_of(depth, WINOGRAD_FILTER_ROWS) * planes_of_form(form) * plane;
}

// A *plane* is one of the places of a transformed tile; (planes, rows, channels), so that every plane is a matrix.
typedef struct {
    float *at;
    ptrdiff_t rows, pitch; // of a plane; pitch from row to row
} planes;

static inline float *plane_of(const planes *p, int e) { return p->at + e * plane_floats(p->rows, p->pitch); }

// What a product takes and what it makes, or what both of its operands are: inputs of `tiles` tiles, and then values of
// as many tiles. One function lays them out for the plan, as floats, and for the passes, at `memory`.
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
