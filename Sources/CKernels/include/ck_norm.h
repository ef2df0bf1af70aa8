// Batch normalisation, split into the part that is per channel (here) and the part that is per element (whoever reads).
//   forward    mean, variance over M rows (biased);  scale = gamma/√(variance + eps), shift = beta − mean·scale
//              running := momentum·running + (1 − momentum)·batch   (the variance unbiased, as PyTorch and Keras fused)
//   backward   from Σ dz and Σ dz·raw:  dbeta = Σ dz,  dgamma = (Σ dz·raw − mean·Σ dz)·inv_std
//              draw = a·dz + b·raw + c  with  a = gamma·inv_std,  b = −gamma·inv_std²·dgamma/M,
//                                             c = −a·dbeta/M − b·mean
// Reference: Ioffe and Szegedy, 2015.
#ifndef CK_NORM_H
#define CK_NORM_H
#include "ck_base.h"
#include "ck_operand.h"

// The tensors of a normalisation, (C) each.
typedef struct ck_batchnorm {
    ptrdiff_t M, C;
    const float *gamma, *beta;
    float eps, momentum;
    float *running_mean, *running_variance; // NULL, together, where there are none
    float *scale, *shift, *mean, *inv_std;  // outputs of forward; backward reads mean and inv_std
} ck_batchnorm;

// CK_INVALID_SHAPE unless M and C are positive, (M, C) floats fit the address space, eps >= 0 and momentum is in 0 … 1.
ck_status ck_batchnorm_check(const ck_batchnorm *norm);
// statistics is (blocks, 3, C): of every block of rows how many they are, their mean and Σ (raw − mean)²; merged in
// double, in block order. The blocks have M rows together.
void ck_batchnorm_forward(const ck_exec *exec, const ck_batchnorm *norm, const float *statistics, ptrdiff_t blocks);
// scale and shift from the running averages.
void ck_batchnorm_inference(const ck_batchnorm *norm);
// sums is (blocks, 2, C): partial Σ dz and Σ dz·raw. All outputs are stored.
typedef struct ck_batchnorm_gradients {
    float *dgamma, *dbeta, *a, *b, *c;
} ck_batchnorm_gradients;
void ck_batchnorm_backward(const ck_exec *exec, const ck_batchnorm *norm, const float *sums, ptrdiff_t blocks,
                           const ck_batchnorm_gradients *gradients);

// y(n, r, c) = (scale[c]·x + shift[c])·image_scale[n] + residual(n, r, c); image_scale may be NULL. x has scale and
// shift, residual may have them; activation and gate are not read. y may be the residual's own memory.
void ck_normalize_add_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                              const float *image_scale, const ck_operand *residual, float *y);
// CK_INVALID_SHAPE unless N, R and C are positive and (N, R, C) floats fit the address space: of the functions here, of
// ck_squeeze_excite.h, ck_pooling.h and ck_residual.h.
ck_status ck_images_check(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C);
// Blocks of the partial sums of the functions here, of ck_squeeze_excite.h and of ck_pooling.h, for N images; 0 for a
// shape that the check refuses.
ptrdiff_t ck_image_blocks(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C);
// sums(b, 0, c) = Σ dy·image_scale, sums(b, 1, c) = Σ dy·image_scale·x, of the raw values of x.
void ck_normalize_add_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy,
                               const ck_operand *x, const float *image_scale, float *sums);

void ck_batchnorm_forward_reference(const ck_batchnorm *norm, const float *raw);
// draw (M, C) in full, from dz and raw.
void ck_batchnorm_backward_reference(const ck_batchnorm *norm, const float *dz, const float *raw, float *dgamma,
                                     float *dbeta, float *draw);
void ck_normalize_add_forward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                                        const float *image_scale, const ck_operand *residual, float *y);
void ck_normalize_add_backward_reference(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const ck_operand *x,
                                         const float *image_scale, float *sums); // (2, C)
#endif
