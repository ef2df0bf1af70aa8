// Dense convolution, kernel_h × kernel_w, strides 1 or 2, zero padding; NHWC. In one dimension H = kernel_h = 1.
//   forward    y(n, p, q, o) = Σ_ijc a(n, p·s + i − u, q·t + j − v, c) · w(i, j, c, o)   outside the image a is 0
//              statistics(b, ·, o) = rows, mean and Σ (y − mean)² of the pixels of block b   (ck_norm.h)
//   backward   da(n, h, v, c) = Σ over the outputs that read (h, v) of draw · w
//              dz := or += da · activation'(z), the gradient of the *normalised* input z
//              dz_sums(b, 0, c) = Σ dz, dz_sums(b, 1, c) = Σ dz·x                        (x raw; for batch norm)
//              dw(i, j, c, o) = Σ draw(n, p, q, o) · a(…)
// with strides (s, t) and padding (u, v). Weights are (kernel_h, kernel_w, C, O). The output is (N, P, Q, O) with
// P = (H + 2u − kernel_h)/s + 1 and Q alike. Any C, O >= 1; multiples of 16 are fast. The operand has no gate.
//
// Methods. Direct: sums of K = kernel_h·kernel_w·C products, rounded like any; 1e-6 of the largest result. Winograd:
// fewer products, but of transformed values, which are larger than what comes of them. By the norms of the transforms'
// rows, random signs round up to 31 times as much in the first form and 6.8 times in the second.
//   F(4×4, 3×3)  for 3×3 with strides and padding of 1: a quarter of the products. Measured against the reference: 2e-5
//                of the largest result, forward, dz and dw.
//   3 × F(6, 3)  for 1×9 over maps of one row, with a stride of 1 and a padding of 4: 24 products for 54. Measured:
//                8e-6.
// Reference: Lavin and Gray, 2016.
#ifndef CK_CONV2D_H
#define CK_CONV2D_H
#include "ck_base.h"
#include "ck_operand.h"

typedef enum ck_conv2d_method { CK_CONV2D_DIRECT = 0, CK_CONV2D_WINOGRAD } ck_conv2d_method;

typedef struct ck_conv2d_shape {
    ptrdiff_t N, H, W, C, O;
    ptrdiff_t kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w;
} ck_conv2d_shape;

// How pixels are cut into blocks: whole `images`, or one image in `runs` runs of `pixels`, which end where a row of
// `row` pixels does, unless that is 0.
typedef struct ck_conv2d_cut {
    ptrdiff_t images, pixels, runs, blocks, row;
} ck_conv2d_cut;

typedef struct ck_conv2d {
    ck_conv2d_shape shape;
    ptrdiff_t P, Q;
    ck_conv2d_method method;
    ptrdiff_t statistics_blocks;        // partials of forward
    ptrdiff_t sums_blocks;              // partials of backward (dz_sums)
    ptrdiff_t forward_workspace_bytes;  // shared by the threads, the caller's, 64-byte aligned
    ptrdiff_t backward_workspace_bytes; // packed weights and partial weight gradients
    ptrdiff_t scratch_bytes;            // per thread
    // Chosen by the plan; see conv2d/README.md.
    ck_conv2d_cut forward, data, weights;
    ptrdiff_t forward_column_blocks, data_column_blocks;
    ptrdiff_t forward_slab, data_slab, weights_slab; // floats
    ptrdiff_t weight_groups, weight_inputs, weight_outputs;
    ptrdiff_t tiles_down, tiles_across, tiles, tile_rows, tile_chunk, gradient_rows; // Winograd
} ck_conv2d;

// CK_INVALID_SHAPE unless every size is positive, strides are 1 or 2, padding is smaller than the kernel and the output
// is not empty, or where tensors do not fit the address space or a block of work not 2³¹ floats; CK_UNSUPPORTED for
// Winograd on other shapes than the two above.
ck_status ck_conv2d_plan(ck_conv2d *plan, const ck_conv2d_shape *shape, ck_conv2d_method method);

// In the run functions outputs overlap neither inputs nor each other; statistics and dz_sums may be NULL.
void ck_conv2d_forward(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w, float *y,
                       float *statistics, void *workspace);
// dz is (N, H, W, C), or NULL where it is not wanted. dw is stored.
void ck_conv2d_backward(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                        const ck_gradient *dy, float *dz, ck_update update, float *dz_sums, float *dw, void *workspace);

void ck_conv2d_forward_reference(const ck_conv2d *plan, const ck_operand *x, const float *w, float *y);
void ck_conv2d_backward_reference(const ck_conv2d *plan, const ck_operand *x, const float *w, const ck_gradient *dy,
                                  float *dz, ck_update update, float *dw);
#endif
