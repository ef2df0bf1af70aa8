#include "pooling.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_global_max_forward_block)
CK_KERNEL(ck_task_function, ck_global_max_backward_block)
CK_KERNEL(ck_task_function, ck_global_average_backward_block)

ck_status ck_global_max_check(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C) {
    return R <= CK_GLOBAL_MAX_ROWS ? ck_images_check(N, R, C) : CK_INVALID_SHAPE;
}

void ck_global_max_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x, float *y,
                           int32_t *index) {
    ck_pooling k = {.images = ck_images_make(N, R, C), .x = x, .y = y, .index = index};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_global_max_forward_block), &k);
}

void ck_global_max_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                            const float *dy, const int32_t *index, float *dz, float *sums) {
    ck_pooling k = {.images = ck_images_make(N, R, C), .x = x, .dy = dy, .dz = dz, .sums = sums};
    k.index = (int32_t *)index; // the backward pass does not write it
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_global_max_backward_block), &k);
}

void ck_global_average_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_operand *x,
                                const float *dy, float *dz, float *sums) {
    ck_pooling k = {.images = ck_images_make(N, R, C), .x = x, .dy = dy, .dz = dz, .sums = sums};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_global_average_backward_block), &k);
}
