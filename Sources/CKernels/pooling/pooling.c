#include "pooling.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_global_max_forward_block)
CK_KERNEL(ck_task_function, ck_global_max_backward_block)
CK_KERNEL(ck_task_function, ck_global_average_backward_block)

ck_status ck_global_max_check(ck_images images) {
    return images.R <= CK_GLOBAL_MAX_ROWS ? ck_images_check(images) : CK_INVALID_SHAPE;
}

void ck_global_max_forward(const ck_exec *exec, ck_images images, const ck_operand *x, float *y, int32_t *index) {
    ck_pooling k = {.images = images, .x = x, .y = y, .index = index};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_global_max_forward_block), &k);
}

void ck_global_max_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *dy,
                            const int32_t *index, float *dz, float *sums) {
    ck_pooling k = {.images = images, .x = x, .dy = dy, .dz = dz, .sums = sums};
    k.index = (int32_t *)index; // the backward pass does not write it
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_global_max_backward_block), &k);
}

void ck_global_average_backward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *dy, float *dz,
                                float *sums) {
    ck_pooling k = {.images = images, .x = x, .dy = dy, .dz = dz, .sums = sums};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_global_average_backward_block), &k);
}
