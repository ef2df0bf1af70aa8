// Winograd's part of the plan: how many tiles are transformed at a time.
#include "geometry.h"

enum {
    FUSED_CHANNELS = 128, // up to so many, a task's tiles stay in the second cache from transform to transform
    FUSED_ROWS = 24,
    GRADIENT_ROWS = 48,
    CHUNK_FLOATS = 4 << 20, // transformed tiles of both operands, in the third cache
    FEWEST_CHUNK_ROWS = 96, // each use of the filters
};

void plan_winograd(ck_conv2d *p) {
    const ck_conv2d_shape *s = &p->shape;
    ptrdiff_t in = slab_pitch(s->C), out = slab_pitch(s->O), widest = larger(in, out);
    p->tiles_down = blocks_of(p->P, 4);
    p->tiles_across = blocks_of(p->Q, 4);
    p->tiles = s->N * p->tiles_down * p->tiles_across;
    p->tile_rows = FUSED_ROWS;
    p->statistics_blocks = p->sums_blocks = blocks_of(p->tiles, p->tile_rows);
    ptrdiff_t filters = larger(filter_floats(s->C, s->O), filter_floats(s->O, s->C));
    ptrdiff_t du = PLANES * padded_rows(GRADIENT_CHANNELS) * WIDEST_PANEL;
    if (larger(s->C, s->O) <= FUSED_CHANNELS) {
        p->gradient_rows = GRADIENT_ROWS;
        p->weight_groups = smaller(BLOCKS_WANTED, blocks_of(p->tiles, p->gradient_rows));
        ptrdiff_t product = PLANES * (plane_floats(p->tile_rows, widest) + plane_floats(p->tile_rows, WIDEST_PANEL));
        ptrdiff_t both = PLANES * (plane_floats(p->gradient_rows, in) + plane_floats(p->gradient_rows, out));
        ptrdiff_t partials = p->weight_groups > 1 ? p->weight_groups * 9 * s->C * s->O : 0;
        p->scratch_bytes = bytes_of(larger(product, both + du));
        p->forward_workspace_bytes = bytes_of(filters);
        p->backward_workspace_bytes = bytes_of(larger(filters, partials));
        return;
    }
    ptrdiff_t rows = larger(FEWEST_CHUNK_ROWS, CHUNK_FLOATS / (PLANES * (in + out)));
    rows = smaller(rows, p->tiles);
    rows = blocks_of(p->tiles, blocks_of(p->tiles, rows)); // equally large chunks
    p->tile_chunk = round_up(rows, p->tile_rows);
    ptrdiff_t chunk = PLANES * (plane_floats(p->tile_chunk, in) + plane_floats(p->tile_chunk, out));
    p->scratch_bytes = bytes_of(du);
    p->forward_workspace_bytes = bytes_of(filters + chunk);
    p->backward_workspace_bytes = bytes_of(filters + chunk);
}
