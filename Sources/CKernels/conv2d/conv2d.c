// Dispatch: calls the kernels of the active instruction set.
#include "ck_conv2d.h"
#include "../isa/dispatch.h"

typedef void forward_function(const ck_exec *, const ck_conv2d *, const ck_operand *, const float *, const ck_output *,
                              void *);
typedef void backward_function(const ck_exec *, const ck_conv2d *, const ck_operand *, const float *,
                               const ck_gradient *, const ck_convolution_gradients *, void *);
CK_KERNEL(forward_function, ck_conv2d_forward)
CK_KERNEL(backward_function, ck_conv2d_backward)

void ck_conv2d_forward(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                       const ck_output *y, void *workspace) {
    CK_ACTIVE(ck_conv2d_forward)(exec, plan, x, w, y, workspace);
}

void ck_conv2d_backward(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                        const ck_gradient *dy, const ck_convolution_gradients *gradients, void *workspace) {
    CK_ACTIVE(ck_conv2d_backward)(exec, plan, x, w, dy, gradients, workspace);
}
