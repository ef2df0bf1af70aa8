// The plan: the blocks of work of a convolution, and the memory that they need.
#include "forms.h"
#include "layout.h"

// Divides the pixels into blocks of about `wanted` pixels. If a run extends into a second row, it reads whole rows.
// Therefore rows that are longer than `wanted` are divided separately.
static ck_conv2d_cut cut(ptrdiff_t N, ptrdiff_t rows, ptrdiff_t row, ptrdiff_t wanted) {
    ptrdiff_t pixels = rows * row;
    if (pixels <= wanted) {
        ptrdiff_t images = max(1, min(N, wanted / pixels));
        images = blocks_of(N, blocks_of(N, images));
        return (ck_conv2d_cut){images, pixels, 1, blocks_of(N, images), 0};
    }
    const int by_rows = row > wanted;
    ptrdiff_t whole = by_rows ? row : pixels, run = round_up(blocks_of(whole, blocks_of(whole, wanted)), ROWS_UNIT);
    ptrdiff_t runs = blocks_of(whole, run) * (by_rows ? rows : 1);
    return (ck_conv2d_cut){1, run, runs, N * runs, by_rows ? row : 0};
}

// The number of pixels of a block, such that a slab with `floats` floats per pixel has about CONV2D_SLAB_FLOATS floats.
static ptrdiff_t pixels_wanted(ptrdiff_t floats) {
    return max(CONV2D_FEWEST_PIXELS, min(CONV2D_MOST_PIXELS, CONV2D_SLAB_FLOATS / floats));
}

// The size of the largest slab of all blocks. Only the blocks of the first image are compared, because the other images
// have the same blocks.
static ptrdiff_t slab_floats(const ck_conv2d *plan, const ck_conv2d_cut *blocks, ptrdiff_t pixels, int of_outputs,
                             ptrdiff_t pitch, ptrdiff_t depth) {
    ptrdiff_t most = 0;
    for (ptrdiff_t run = 0; run < blocks->runs; run++) {
        pixel_block block = block_at(blocks, plan->shape.N, pixels, run);
        pixel_window window = of_outputs ? output_window(plan, block) : input_window(plan, block);
        most = max(most, window_pixels(&window));
    }
    return slab_zeros(depth) + round_up(most * pitch, 16) + SLAB_SLACK;
}

static ptrdiff_t column_blocks(ptrdiff_t blocks, ptrdiff_t columns) {
    return max(1, min(blocks_of(BLOCKS_WANTED, blocks), columns / WIDEST_PANEL));
}

static void plan_direct(ck_conv2d *p) {
    const ck_conv2d_shape *s = &p->shape;
    ptrdiff_t outputs = p->P * p->Q, inputs = s->H * s->W, area = s->stride_h * s->stride_w;
    ptrdiff_t pitch = is_joined(s) ? s->C : slab_pitch(s->C);
    ptrdiff_t segments = segment_count(s), depth = segment_depth(s), taps = s->kernel_h * s->kernel_w;
    p->forward = cut(s->N, p->P, p->Q, pixels_wanted(area * pitch));
    p->statistics_blocks = p->forward.blocks;
    p->forward_column_blocks = column_blocks(p->forward.blocks, s->O);
    p->forward_slab = slab_floats(p, &p->forward, outputs, 0, pitch, depth);
    p->forward_workspace_bytes = bytes_of(panel_floats(segments * depth, s->O));

    p->data = cut(s->N, s->H, s->W, area * pixels_wanted(slab_pitch(s->O)));
    p->sums_blocks = p->data.blocks;
    p->data_column_blocks = column_blocks(p->data.blocks, s->C);
    p->data_slab = slab_floats(p, &p->data, inputs, 1, slab_pitch(s->O), s->O);

    // A task of dw is a group of blocks × a range of input channels × a range of output channels.
    p->weights = cut(s->N, p->P, p->Q, CONV2D_GRADIENT_PIXELS);
    p->weight_inputs = is_joined(s) ? s->C : CONV2D_GRADIENT_INPUTS;
    p->weight_outputs = CONV2D_GRADIENT_OUTPUTS;
    ptrdiff_t ranges = blocks_of(s->C, p->weight_inputs) * blocks_of(s->O, p->weight_outputs);
    p->weight_groups = min(p->weights.blocks, blocks_of(BLOCKS_WANTED, ranges));
    ptrdiff_t channels = min(s->C, p->weight_inputs);
    p->weights_slab = slab_floats(p, &p->weights, outputs, 0, is_joined(s) ? s->C : slab_pitch(channels), depth);
    ptrdiff_t partials = p->weight_groups > 1 ? p->weight_groups * taps * s->C * s->O : 0;
    p->backward_workspace_bytes = bytes_of(panel_floats(taps * s->O, s->C) + partials);
    const direct_layout forward = forward_layout(p), data = data_layout(p), weights = weights_layout(p);
    p->scratch_bytes = bytes_of(max(forward.floats, max(data.floats, weights.floats)));
}

// Returns 1 if every tensor fits into the address space, also with padding and with the pitch of a slab, and the places
// of all pixels and taps do too.
static int tensors_fit(const ck_conv2d *p) {
    const ck_conv2d_shape *s = &p->shape;
    ptrdiff_t taps = s->kernel_h * s->kernel_w, in = slab_pitch(s->C), out = slab_pitch(s->O);
    if (!sizes_fit(s->N, s->H + 2 * s->padding_h, s->W + 2 * s->padding_w + s->kernel_w, in)) return 0;
    if (!sizes_fit(s->N, p->P + 8, p->Q + 8, out) || !sizes_fit(taps, in, out, 16)) return 0;
    return sizes_fit(s->N, s->H, s->W, taps + 1) && sizes_fit(s->N, p->P, p->Q, taps + 1);
}

// Returns 1 if the places in a slab and the places of a tile's rows in a plane fit into 32 bits.
static int places_fit(const ck_conv2d *p) {
    ptrdiff_t pixels = max(p->data.images * p->data.pixels, 1), rows = 16 * slab_pitch(max(p->shape.C, p->shape.O));
    ptrdiff_t slab = max(p->forward_slab, max(p->data_slab, p->weights_slab));
    return max(slab, max(pixels, rows)) <= INT32_MAX;
}

ck_status ck_conv2d_plan(ck_conv2d *plan, const ck_conv2d_shape *shape, ck_conv2d_method method) {
    const ck_conv2d_shape *s = shape;
    if (!sizes_fit(s->N, s->H, s->W, s->C) || !sizes_fit(s->kernel_h, s->kernel_w, s->C, s->O)) return CK_INVALID_SHAPE;
    if (s->stride_h < 1 || s->stride_h > 2 || s->stride_w < 1 || s->stride_w > 2) return CK_INVALID_SHAPE;
    if (s->padding_h < 0 || s->padding_h >= s->kernel_h) return CK_INVALID_SHAPE;
    if (s->padding_w < 0 || s->padding_w >= s->kernel_w) return CK_INVALID_SHAPE;
    ptrdiff_t height = s->H + 2 * s->padding_h - s->kernel_h, width = s->W + 2 * s->padding_w - s->kernel_w;
    if (height < 0 || width < 0) return CK_INVALID_SHAPE;
    ck_conv2d p = {.shape = *s, .P = height / s->stride_h + 1, .Q = width / s->stride_w + 1, .method = method};
    if (!tensors_fit(&p)) return CK_INVALID_SHAPE;
    if (method == CK_CONV2D_WINOGRAD) {
        int is_square = s->kernel_h == 3 && s->kernel_w == 3 && s->padding_h == 1 && s->padding_w == 1;
        int is_line = s->H == 1 && s->kernel_h == 1 && s->kernel_w == 9 && s->padding_w == 4;
        if (s->stride_h != 1 || s->stride_w != 1 || (!is_square && !is_line)) return CK_UNSUPPORTED;
        plan_winograd(&p);
    } else
        plan_direct(&p);
    if (!places_fit(&p)) return CK_INVALID_SHAPE;
    *plan = p;
    return CK_OK;
}
