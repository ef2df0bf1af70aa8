// The blocks of images, and dispatch of the forward and backward pass of ck_normalize_add.
#include "normalize.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_normalize_add_forward_block)
CK_KERNEL(ck_task_function, ck_normalize_add_backward_block)

ck_status ck_images_check(ck_images images) {
    return sizes_fit(images.N, images.R, images.C, 1) ? CK_OK : CK_INVALID_SHAPE;
}

ptrdiff_t ck_image_blocks(ck_images images) {
    return ck_images_check(images) == CK_OK ? blocks_of(images.N, ck_images_per_block(images)) : 0;
}

void ck_normalize_add_forward(const ck_exec *exec, ck_images images, const ck_operand *x, const float *image_scale,
                              const ck_operand *residual, float *y) {
    ck_normalize_add k = {images, x, residual, image_scale, y};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_normalize_add_forward_block), &k);
}

void ck_normalize_add_backward(const ck_exec *exec, ck_images images, const float *dy, const ck_operand *x,
                               const float *image_scale, float *sums) {
    ck_normalize_add_gradient k = {images, dy, x, image_scale, sums};
    ck_parallel(exec, ck_image_blocks(images), CK_ACTIVE(ck_normalize_add_backward_block), &k);
}
