#include "residual.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_residual_forward_block)
CK_KERNEL(ck_task_function, ck_residual_backward_block)

void ck_residual_forward(const ck_exec *exec, ck_images images, const ck_branch *branch, const ck_branch *other,
                         float *y) {
    residual_job k = {images, *branch, *other, y};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_residual_forward_block), &k);
}

void ck_residual_backward(const ck_exec *exec, ck_images images, const ck_residual_kept *kept, const float *dy,
                          const ck_residual_gradients *gradients) {
    residual_backward_job k = {images, *kept, dy, *gradients};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_residual_backward_block), &k);
}
