// Where everything lies in a thread's scratch: one function lays it out for the plan, which asks for so many floats,
// and for the pass that works there.
#ifndef CK_CONV2D_LAYOUT_H
#define CK_CONV2D_LAYOUT_H
#include "geometry.h"

// Of a direct pass, in floats from the scratch's beginning: the slab; the pixels of rows, the taps in use and the
// places of every row and segment, all int32_t; and the values of every row, as many as are wide.
typedef struct {
    ptrdiff_t pixels, taps, places, values, floats;
} direct_layout;

static inline direct_layout layout_of(ptrdiff_t slab, const ck_conv2d_cut *cut, ptrdiff_t taps, ptrdiff_t segments,
                                      ptrdiff_t width) {
    const ptrdiff_t rows = padded_rows(cut->images * cut->pixels);
    direct_layout l = {.pixels = slab};
    l.taps = l.pixels + rows;
    l.places = l.taps + round_up(taps, 16);
    l.values = l.places + rows * segments;
    l.floats = l.values + rows * width;
    return l;
}

// Forward and for the data's gradient, the values are sums of tiles between segments.
static inline direct_layout forward_layout(const ck_conv2d *p) {
    return layout_of(p->forward_slab, &p->forward, 0, segment_count(&p->shape), WIDEST_PANEL);
}
static inline direct_layout data_layout(const ck_conv2d *p) {
    const ptrdiff_t taps = p->shape.kernel_h * p->shape.kernel_w;
    return layout_of(p->data_slab, &p->data, taps, taps, WIDEST_PANEL);
}
// For the weights' gradient they are a panel of draw.
static inline direct_layout weights_layout(const ck_conv2d *p) {
    return layout_of(p->weights_slab, &p->weights, 0, segment_count(&p->shape), p->weight_outputs);
}
#endif
