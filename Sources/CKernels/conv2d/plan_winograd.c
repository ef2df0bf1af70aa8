// The plan of the Winograd method: the number of tiles that are transformed at a time, and the memory that they need.
#include "forms.h"

void plan_winograd(ck_conv2d *p) {
    const ck_conv2d_shape *s = &p->shape;
    const winograd_form form = form_of(s);
    const ptrdiff_t in = slab_pitch(s->C), out = slab_pitch(s->O);
    p->tiles_down = blocks_of(p->P, tile_height(form));
    p->tiles_across = blocks_of(p->Q, tile_width(form)) + (form == LINE); // see tiles.h
    p->tiles = s->N * p->tiles_down * p->tiles_across;
    // LINE has fewer planes than SQUARE. Therefore more tiles fit into the cache, and the filters are read less often.
    const int is_fused = max(s->C, s->O) <= WINOGRAD_FUSED_CHANNELS;
    p->tile_rows = is_fused && form == LINE ? 2 * WINOGRAD_TASK_TILES : WINOGRAD_TASK_TILES;
    p->statistics_blocks = p->sums_blocks = blocks_of(p->tiles, p->tile_rows);
    ptrdiff_t filters = max(filter_floats(form, s->C, s->O), filter_floats(form, s->O, s->C));
    ptrdiff_t du = planes_of_form(form) * padded_rows(WINOGRAD_GRADIENT_CHANNELS) * WIDEST_PANEL;
    if (is_fused) {
        p->gradient_rows = WINOGRAD_GRADIENT_TILES;
        p->weight_groups = min(BLOCKS_WANTED, blocks_of(p->tiles, p->gradient_rows));
        ptrdiff_t product = pair_floats(form, p->tile_rows, max(in, out), WIDEST_PANEL);
        ptrdiff_t both = pair_floats(form, p->gradient_rows, in, out);
        ptrdiff_t partials = p->weight_groups > 1 ? p->weight_groups * 9 * s->C * s->O : 0;
        p->scratch_bytes = bytes_of(max(product, both + du));
        p->forward_workspace_bytes = bytes_of(filters);
        p->backward_workspace_bytes = bytes_of(max(filters, partials));
        return;
    }
    ptrdiff_t rows = max(WINOGRAD_FEWEST_CHUNK_TILES,
                         WINOGRAD_CHUNK_FLOATS / (planes_of_form(form) * (rows_per_tile(form) * in + out)));
    rows = min(rows, p->tiles);
    rows = blocks_of(p->tiles, blocks_of(p->tiles, rows)); // equally large chunks
    p->tile_chunk = round_up(rows, p->tile_rows);
    // The forward pass transforms inputs and computes outputs; the data gradient does the opposite.
    ptrdiff_t chunk = max(pair_floats(form, p->tile_chunk, in, out), pair_floats(form, p->tile_chunk, out, in));
    p->scratch_bytes = bytes_of(du);
    p->forward_workspace_bytes = bytes_of(filters + chunk);
    p->backward_workspace_bytes = bytes_of(filters + chunk);
}
