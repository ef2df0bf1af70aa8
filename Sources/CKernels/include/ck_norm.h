// Batch normalization. Its computations per channel are here. The computations per element are done by the kernels that
// read the tensor (see ck_operand.h).
//   forward    mean and biased variance of M rows;  scale = gamma/√(variance + eps), shift = beta − mean·scale
//              running := momentum·running + (1 − momentum)·batch, with the unbiased variance, as in PyTorch and in the
//              fused implementation of Keras
//   backward   from Σ dz and Σ dz·raw:  dbeta = Σ dz,  dgamma = (Σ dz·raw − mean·Σ dz)·inv_std
//              draw = a·dz + b·raw + c  with  a = gamma·inv_std,  b = −gamma·inv_std²·dgamma/M,
//                                             c = −a·dbeta/M − b·mean
// Reference: Ioffe and Szegedy, 2015.
#ifndef CK_NORM_H
#define CK_NORM_H
#include "ck_base.h"
#include "ck_images.h"
#include "ck_operand.h"

// The sizes, settings and tensors of a batch normalization. Each tensor has C values.
typedef struct ck_batchnorm {
    ptrdiff_t M, C;
    const float *gamma, *beta;
    float eps, momentum;
    float *running_mean, *running_variance; // both are NULL if there are no running averages
    float *scale, *shift, *mean, *inv_std;  // outputs of the forward pass; the backward pass reads mean and inv_std
} ck_batchnorm;

// Returns CK_INVALID_SHAPE unless M and C are positive, (M, C) floats fit into the address space, eps is >= 0, and
// momentum is in 0 … 1.
ck_status ck_batchnorm_check(const ck_batchnorm *norm);
// statistics is (blocks, 3, C). For each block of rows, it contains the number of rows, their mean, and the sum of the
// squared deviations Σ (raw − mean)². The blocks have M rows in total. They are merged in double and in block order.
void ck_batchnorm_forward(const ck_exec *exec, const ck_batchnorm *norm, const float *statistics, ptrdiff_t blocks);
// Computes scale and shift from the running averages.
void ck_batchnorm_inference(const ck_batchnorm *norm);
// The outputs of ck_batchnorm_backward. Each has C values and is overwritten.
typedef struct ck_batchnorm_gradients {
    float *dgamma, *dbeta, *a, *b, *c;
} ck_batchnorm_gradients;
// sums is (blocks, 2, C): the partial sums Σ dz and Σ dz·raw of each block.
void ck_batchnorm_backward(const ck_exec *exec, const ck_batchnorm *norm, const float *sums, ptrdiff_t blocks,
                           const ck_batchnorm_gradients *gradients);

// y(n, r, c) = (scale[c]·x + shift[c])·image_scale[n] + residual(n, r, c). image_scale may be NULL. x must have scale
// and shift; residual may have them. Activation and gate are not read. y and a float residual may be the same memory.
void ck_normalize_add_forward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *image_scale,
                              const ck_operand *residual, float *y);
// For each b of the ck_image_blocks(images) blocks, sums(b, 0, c) = Σ dy·image_scale and
// sums(b, 1, c) = Σ dy·image_scale·x, with the raw values of x.
void ck_normalize_add_backward(const ck_exec *exec, ck_images images, const float *dy, const ck_operand *x,
                               const float *image_scale, float *sums);

void ck_batchnorm_forward_reference(const ck_batchnorm *norm, const float *raw);
// Computes draw (M, C) itself, not its coefficients a, b and c.
void ck_batchnorm_backward_reference(const ck_batchnorm *norm, const float *dz, const float *raw, float *dgamma,
                                     float *dbeta, float *draw);
void ck_normalize_add_forward_reference(ck_images images, const ck_operand *x, const float *image_scale,
                                        const ck_operand *residual, float *y);
void ck_normalize_add_backward_reference(ck_images images, const float *dy, const ck_operand *x,
                                         const float *image_scale, float *sums); // (2, C)
#endif
