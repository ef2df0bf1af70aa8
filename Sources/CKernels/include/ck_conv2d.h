// Dense convolution with a kernel of kernel_h × kernel_w, strides of 1 or 2, and zero padding, for tensors in NHWC
// order. A convolution in one dimension has H = kernel_h = 1.
//   forward    y(n, p, q, o) = Σ_ijc a(n, p·s + i − u, q·t + j − v, c) · w(i, j, c, o)      a is 0 outside the image
//              statistics(b, ·, o) = rows, mean and Σ (y − mean)² of the pixels of block b   (see ck_norm.h)
//   backward   da(n, h, v, c) = Σ draw · w over all outputs that read the input pixel (h, v)
//              dz := or += da · activation'(z), the gradient of the *normalized* input z
//              dz_sums(b, 0, c) = Σ dz, dz_sums(b, 1, c) = Σ dz·x    (x is the raw input; for batch normalization)
//              dw(i, j, c, o) = Σ draw(n, p, q, o) · a(…)
// The strides are (s, t) and the paddings are (u, v). Weights have the shape (kernel_h, kernel_w, C, O). The output has
// the shape (N, P, Q, O) with P = (H + 2u − kernel_h)/s + 1, and Q in the same way. C and O can be any numbers >= 1;
// multiples of 16 are fast. The operand has no gate.
//
// There are two methods:
// * Direct: each result is a sum of K = kernel_h·kernel_w·C products. The error is about 1e-6 of the largest result.
// * Winograd: fewer products, but of transformed values, which are larger than the results. Therefore the rounding
//   error is larger. According to the norms of the rows of the transforms, it is up to 31 times as large in the first
//   form and 6.8 times as large in the second form, if the signs are random.
//     F(4×4, 3×3)  for 3×3 kernels with strides and paddings of 1. It needs a quarter of the products. The measured
//                  error is 2e-5 of the largest result, for the forward pass, dz and dw.
//     3 × F(6, 3)  for 1×9 kernels on feature maps of one row, with a stride of 1 and a padding of 4. It needs 24
//                  products instead of 54. The measured error is 8e-6.
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

// The division of the pixels into blocks. A block is a number of whole `images`, or one of `runs` parts of an image,
// each with at most `pixels` pixels. If `row` is not 0, it is the length of an image row, and no run extends over the
// end of a row.
typedef struct ck_conv2d_cut {
    ptrdiff_t images, pixels, runs, blocks, row;
} ck_conv2d_cut;

typedef struct ck_conv2d {
    ck_conv2d_shape shape;
    ptrdiff_t P, Q;
    ck_conv2d_method method;
    ptrdiff_t statistics_blocks;        // blocks of partial statistics in the forward pass
    ptrdiff_t sums_blocks;              // blocks of partial dz_sums in the backward pass
    ptrdiff_t forward_workspace_bytes;  // the caller provides it, 64-byte aligned; the threads share it
    ptrdiff_t backward_workspace_bytes; // for packed weights and partial weight gradients
    ptrdiff_t scratch_bytes;            // per thread
    // The plan chooses the following numbers; see conv2d/README.md.
    ck_conv2d_cut forward, data, weights;
    ptrdiff_t forward_column_blocks, data_column_blocks;
    ptrdiff_t forward_slab, data_slab, weights_slab; // floats
    ptrdiff_t weight_groups, weight_inputs, weight_outputs;
    ptrdiff_t tiles_down, tiles_across, tiles, tile_rows, tile_chunk, gradient_rows; // Winograd
} ck_conv2d;

// Makes the plan of a convolution. Returns CK_INVALID_SHAPE unless every size is positive, the strides are 1 or 2, the
// padding is smaller than the kernel, the output is not empty, the tensors fit into the address space, and a block of
// work has fewer than 2³¹ floats. Returns CK_UNSUPPORTED for Winograd with a shape other than the two above.
ck_status ck_conv2d_plan(ck_conv2d *plan, const ck_conv2d_shape *shape, ck_conv2d_method method);

// In both run functions, outputs must not overlap inputs or each other. gradients->dz is NULL if it is not needed.
void ck_conv2d_forward(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                       const ck_output *y, void *workspace);
void ck_conv2d_backward(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                        const ck_gradient *dy, const ck_convolution_gradients *gradients, void *workspace);

void ck_conv2d_forward_reference(const ck_conv2d *plan, const ck_operand *x, const float *w, float *y);
// The reference does not compute dz_sums.
void ck_conv2d_backward_reference(const ck_conv2d *plan, const ck_operand *x, const float *w, const ck_gradient *dy,
                                  const ck_convolution_gradients *gradients);
#endif
