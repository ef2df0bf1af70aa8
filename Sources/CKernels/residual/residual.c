#include "residual.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_residual_forward_block)
CK_KERNEL(ck_task_function, ck_residual_backward_block)

void ck_residual_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const ck_branch *branch,
                         const ck_branch *other, float *y) {
    ck_residual k = {.images = ck_images_make(N, R, C), .branch = *branch, .other = *other, .y = y};
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_residual_forward_block), &k);
}

void ck_residual_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, const float *dy, const float *y,
                          const float *raw, const float *other_raw, float *dz, float *sums, float *other_sums) {
    ck_residual k = {.images = ck_images_make(N, R, C), .branch = {raw, NULL, NULL}, .other = {other_raw, NULL, NULL}};
    k.dy = dy, k.dz = dz, k.sums = sums, k.other_sums = other_sums;
    k.y = (float *)y; // the backward pass does not write it
    ck_parallel(exec, ck_images_blocks(k.images), CK_ACTIVE(ck_residual_backward_block), &k);
}
