// Squeeze-and-excitation for N images of R rows and C channels, with S squeezed channels.
//   squeeze    pooled(n, c) = mean_r u(n, r, c),  u = activation(scale·x + shift)      (the operand without its gate)
//   excite     h = w1·pooled + b1 (N, S);  gate = sigmoid(w2·swish(h) + b2) (N, C)
// The next kernel multiplies u by the gate while it reads u (gate in ck_operand). The backward pass starts from da, the
// gradient of u·gate:
//   gate       dgate(n, c) = Σ_r da·u
//   excite     computes dpooled, dw1, db1, dw2 and db2 from dgate
//   squeeze    dz = (da·gate + dpooled/R)·activation'(z), which overwrites da
//              sums(b, 0, c) = Σ dz, sums(b, 1, c) = Σ dz·x
// Reference: Hu, Shen, Sun, 2018.
#ifndef CK_SQUEEZE_EXCITE_H
#define CK_SQUEEZE_EXCITE_H
#include "ck_base.h"
#include "ck_images.h"
#include "ck_operand.h"

typedef struct ck_squeeze_excite {
    ck_images images;
    ptrdiff_t S;
    ptrdiff_t workspace_bytes; // for ck_excite_forward and ck_excite_backward; the caller provides it, threads share it
    ptrdiff_t sums_blocks;     // blocks of partial sums in ck_squeeze_backward
} ck_squeeze_excite;

// Makes the plan. Returns CK_INVALID_SHAPE unless every size is positive and the tensors fit into the address space.
ck_status ck_squeeze_excite_plan(ck_squeeze_excite *plan, ck_images images, ptrdiff_t S);

typedef struct ck_excite_weights {
    const float *w1, *b1, *w2, *b2; // (S, C), (S), (C, S), (C); the backward pass does not read the biases
} ck_excite_weights;

// The means of the channels, and the outputs of ck_excite_forward, which ck_excite_backward needs.
typedef struct ck_excite_kept {
    const float *pooled, *h, *gate; // (N, C), (N, S), (N, C)
} ck_excite_kept;

typedef struct ck_excite_gradients {
    float *dpooled, *dw1, *db1, *dw2, *db2;
} ck_excite_gradients;

// x->gate is ignored.
void ck_squeeze_forward(const ck_exec *exec, ck_images images, const ck_operand *x, float *pooled);
void ck_excite_forward(const ck_exec *exec, const ck_squeeze_excite *plan, const ck_excite_weights *weights,
                       const float *pooled, float *h, float *gate, void *workspace);
void ck_gate_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *da, float *dgate);
// All gradients are overwritten.
void ck_excite_backward(const ck_exec *exec, const ck_squeeze_excite *plan, const ck_excite_weights *weights,
                        const ck_excite_kept *kept, const float *dgate, const ck_excite_gradients *gradients,
                        void *workspace);
// x->gate is used if it is not NULL. da contains the gradient of u·gate before the call, and dz after it. sums is
// (ck_image_blocks(images), 2, C).
void ck_squeeze_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *dpooled, float *da,
                         float *sums);

void ck_squeeze_forward_reference(ck_images images, const ck_operand *x, float *pooled);
void ck_excite_forward_reference(const ck_squeeze_excite *plan, const ck_excite_weights *weights, const float *pooled,
                                 float *h, float *gate);
void ck_gate_backward_reference(ck_images images, const ck_operand *x, const float *da, float *dgate);
void ck_excite_backward_reference(const ck_squeeze_excite *plan, const ck_excite_weights *weights,
                                  const ck_excite_kept *kept, const float *dgate, const ck_excite_gradients *gradients);
void ck_squeeze_backward_reference(ck_images images, const ck_operand *x, const float *dpooled, float *da,
                                   float *sums); // (2, C)
#endif
