// The blocks of images, and dispatch of the forward and backward pass of ck_normalize_add.
#include "normalize.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_normalize_add_forward_block)
CK_KERNEL(ck_task_function, ck_normalize_add_backward_block)

ck_images ck_images_make(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C) {
    ptrdiff_t per_block = max(blocks_of(IMAGES_BLOCK_FLOATS, R * C), blocks_of(IMAGES_BLOCK_ROWS, R));
    return (ck_images){N, R, C, max(per_block, blocks_of(N, IMAGES_MOST_BLOCKS))};
}

ck_status ck_images_check(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C) {
    return sizes_fit(N, R, C, 1) ? CK_OK : CK_INVALID_SHAPE;
}

ptrdiff_t ck_image_blocks(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C) {
    return ck_images_check(N, R, C) == CK_OK ? ck_images_blocks(ck_images_make(N, R, C)) : 0;
}

void ck_normalize_add_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                              const float *image_scale, const ck_operand *residual, float *y) {
    ck_normalize_add k = {ck_images_make(N, R, C), x, residual, image_scale, y};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_normalize_add_forward_block), &k);
}

void ck_normalize_add_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy,
                               const ck_operand *x, const float *image_scale, float *sums) {
    ck_normalize_add_gradient k = {ck_images_make(N, R, C), dy, x, image_scale, sums};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_normalize_add_backward_block), &k);
}
