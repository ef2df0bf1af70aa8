// Dispatch of the three passes over the feature map.
#include "squeeze_excite.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_squeeze_forward_block)
CK_KERNEL(ck_task_function, ck_gate_backward_block)
CK_KERNEL(ck_task_function, ck_squeeze_backward_block)

void ck_squeeze_forward(const ck_exec *exec, ck_images images, const ck_operand *x, float *pooled) {
    squeeze_job k = {.images = images, .x = x, .out = pooled};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_squeeze_forward_block), &k);
}

void ck_gate_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *da, float *dgate) {
    squeeze_job k = {.images = images, .x = x, .da = da, .out = dgate};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_gate_backward_block), &k);
}

void ck_squeeze_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *dpooled, float *da,
                         float *sums) {
    squeeze_job k = {.images = images, .x = x, .dpooled = dpooled, .dz = da, .sums = sums};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_squeeze_backward_block), &k);
}
