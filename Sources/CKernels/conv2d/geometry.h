// The pixels that a block of work computes, and the pixels that it reads. They depend on the shape alone, and are the
// same for every instruction set.
#ifndef CK_CONV2D_GEOMETRY_H
#define CK_CONV2D_GEOMETRY_H
#include "ck_conv2d.h"
#include "../gemm/blocks.h"

enum {
    ROWS_UNIT = 24,    // the number of rows of a run is a multiple of this: whole tiles for every instruction set
    WIDEST_PANEL = 64, // columns
    MOST_PLANES = 36,  // the largest number of planes of a Winograd form
    SLAB_SLACK = 32,   // floats behind a slab that may be read, but are not used
};

// Pixels first ..< first + count of each of `images` images, from `image` on.
typedef struct {
    ptrdiff_t image, images, first, count;
} pixel_block;

static inline pixel_block block_at(const ck_conv2d_cut *cut, ptrdiff_t N, ptrdiff_t pixels, ptrdiff_t block) {
    ptrdiff_t image = block / cut->runs * cut->images, images = min(cut->images, N - image);
    ptrdiff_t run = block % cut->runs, first = run * cut->pixels, end = pixels;
    if (cut->row > 0) {
        ptrdiff_t runs = blocks_of(cut->row, cut->pixels), begin = run / runs * cut->row;
        first = begin + run % runs * cut->pixels;
        end = begin + cut->row;
    }
    return (pixel_block){image, images, first, min(cut->pixels, end - first)};
}

// Rows row ..< row + rows and columns column ..< column + columns of each of `images` images, from `image` on.
typedef struct {
    ptrdiff_t image, images, row, rows, column, columns;
} pixel_window;

static inline ptrdiff_t window_pixels(const pixel_window *w) { return w->images * w->rows * w->columns; }

// An upper bound of the number of rows in whole tiles, for any instruction set.
static inline ptrdiff_t padded_rows(ptrdiff_t rows) { return rows + 8; }

// Returns 1 if there are so few channels that the taps of a kernel row are joined into one segment.
static inline int is_joined(const ck_conv2d_shape *s) { return s->C <= CONV2D_JOINED_CHANNELS; }

// The distance of neighboring pixels in a slab with `channels` channels, in floats. It is an odd number of cache lines,
// so that consecutive pixels are in different cache sets.
static inline ptrdiff_t slab_pitch(ptrdiff_t channels) { return round_up(channels, 32) + 16; }
// The number of zeros at the beginning of a slab. They are read instead of pixels outside the image.
static inline ptrdiff_t slab_zeros(ptrdiff_t depth) { return round_up(depth, 16) + 16; }

// The sum over K is divided into segments: a segment is one tap, or a kernel row of joined taps. segments_at_once is
// the number of segments that are added to a tile before the next tile.
static inline ptrdiff_t segment_count(const ck_conv2d_shape *s) {
    return is_joined(s) ? s->kernel_h : s->kernel_h * s->kernel_w;
}
static inline ptrdiff_t segment_depth(const ck_conv2d_shape *s) { return is_joined(s) ? s->kernel_w * s->C : s->C; }
static inline ptrdiff_t segments_at_once(ptrdiff_t segments, ptrdiff_t depth) {
    ptrdiff_t most = max(1, CONV2D_SEGMENT_DEPTH / depth);
    return blocks_of(segments, blocks_of(segments, most));
}

// The input pixels that the outputs of block b read. For joined taps, the window includes columns outside the image.
static inline pixel_window input_window(const ck_conv2d *plan, pixel_block b) {
    const ck_conv2d_shape *s = &plan->shape;
    ptrdiff_t last = b.first + b.count - 1, p = b.first / plan->Q, p_last = last / plan->Q;
    ptrdiff_t q = p == p_last ? b.first % plan->Q : 0, q_last = p == p_last ? last % plan->Q : plan->Q - 1;
    ptrdiff_t row = max(0, p * s->stride_h - s->padding_h);
    ptrdiff_t end = min(s->H, p_last * s->stride_h - s->padding_h + s->kernel_h);
    ptrdiff_t column = q * s->stride_w - s->padding_w, right = q_last * s->stride_w - s->padding_w + s->kernel_w;
    if (!is_joined(s)) column = max(0, column), right = min(s->W, right);
    return (pixel_window){b.image, b.images, row, max(0, end - row), column, max(0, right - column)};
}

// first_reader: the first output that reads input h or a later input. end_reader: the last output that reads input h or
// an earlier input, plus 1.
static inline ptrdiff_t first_reader(ptrdiff_t h, ptrdiff_t kernel, ptrdiff_t stride, ptrdiff_t padding) {
    return max(0, h + padding - kernel + stride) / stride;
}
static inline ptrdiff_t end_reader(ptrdiff_t h, ptrdiff_t stride, ptrdiff_t padding, ptrdiff_t outputs) {
    return min(outputs, (h + padding) / stride + 1);
}

// The outputs that read the input pixels of block b.
static inline pixel_window output_window(const ck_conv2d *plan, pixel_block b) {
    const ck_conv2d_shape *s = &plan->shape;
    ptrdiff_t last = b.first + b.count - 1, h = b.first / s->W, h_last = last / s->W;
    ptrdiff_t v = h == h_last ? b.first % s->W : 0, v_last = h == h_last ? last % s->W : s->W - 1;
    ptrdiff_t row = first_reader(h, s->kernel_h, s->stride_h, s->padding_h);
    ptrdiff_t end = end_reader(h_last, s->stride_h, s->padding_h, plan->P);
    ptrdiff_t column = first_reader(v, s->kernel_w, s->stride_w, s->padding_w);
    ptrdiff_t right = end_reader(v_last, s->stride_w, s->padding_w, plan->Q);
    return (pixel_window){b.image, b.images, row, max(0, end - row), column, max(0, right - column)};
}
#endif
