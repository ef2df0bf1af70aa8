// The layout of a thread's scratch memory in the direct method. The same function is used by the plan, which needs the
// size, and by the passes, which need the offsets.
#ifndef CK_CONV2D_LAYOUT_H
#define CK_CONV2D_LAYOUT_H
#include "geometry.h"

// Offsets in floats from the beginning of the scratch memory, which begins with the slab. Then come three arrays of
// int32_t: the pixel of each row, the taps in use, and the places of each row and segment. The last array contains
// `width` floats for each row. `floats` is the total size.
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

// In the forward pass and for the data gradient, `values` contains the sums of unfinished tiles.
static inline direct_layout forward_layout(const ck_conv2d *p) {
    return layout_of(p->forward_slab, &p->forward, 0, segment_count(&p->shape), WIDEST_PANEL);
}
static inline direct_layout data_layout(const ck_conv2d *p) {
    const ptrdiff_t taps = p->shape.kernel_h * p->shape.kernel_w;
    return layout_of(p->data_slab, &p->data, taps, taps, WIDEST_PANEL);
}
// For the weight gradient, `values` contains a panel of draw.
static inline direct_layout weights_layout(const ck_conv2d *p) {
    return layout_of(p->weights_slab, &p->weights, 0, segment_count(&p->shape), p->weight_outputs);
}
#endif
