// Dispatch of the three passes over the feature map.
#include "squeeze_excite.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_squeeze_forward_block)
CK_KERNEL(ck_task_function, ck_gate_backward_block)
CK_KERNEL(ck_task_function, ck_squeeze_backward_block)

void ck_squeeze_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                        float *pooled) {
    squeeze_job k = {.images = ck_images_make(N, R, C), .x = x, .out = pooled};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_squeeze_forward_block), &k);
}

void ck_gate_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x, const float *da,
                      float *dgate) {
    squeeze_job k = {.images = ck_images_make(N, R, C), .x = x, .da = da, .out = dgate};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_gate_backward_block), &k);
}

void ck_squeeze_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                         const float *dpooled, float *da, float *sums) {
    squeeze_job k = {.images = ck_images_make(N, R, C), .x = x, .dpooled = dpooled, .dz = da, .sums = sums};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_squeeze_backward_block), &k);
}
