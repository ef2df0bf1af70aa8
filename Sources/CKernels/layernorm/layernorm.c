#include "layernorm.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_layernorm_forward_block)
CK_KERNEL(ck_task_function, ck_layernorm_backward_block)
CK_KERNEL(ck_task_function, ck_l2_normalize_forward_block)
CK_KERNEL(ck_task_function, ck_l2_normalize_backward_block)
CK_KERNEL(ck_task_function, ck_tanh_forward_block)
CK_KERNEL(ck_task_function, ck_tanh_backward_block)

ck_status ck_rows_check(ck_rows rows) { return sizes_fit(rows.M, rows.D, 1, 1) ? CK_OK : CK_INVALID_SHAPE; }

static ptrdiff_t rows_per_block(ptrdiff_t M) { return max(blocks_of(M, ROWS_MOST_BLOCKS), ROWS_FEWEST); }
static ptrdiff_t row_blocks(ptrdiff_t M) { return blocks_of(M, rows_per_block(M)); }

ck_status ck_layernorm_plan(ck_layernorm *plan, ck_rows rows, float eps, ck_row_activation activation) {
    if (ck_rows_check(rows) != CK_OK) return CK_INVALID_SHAPE;
    *plan = (ck_layernorm){rows, eps, activation, row_blocks(rows.M) * 2 * rows.D * (ptrdiff_t)sizeof(float)};
    return CK_OK;
}

void ck_layernorm_forward(const ck_exec *exec, const ck_layernorm *plan, const float *x, const float *gamma,
                          const float *beta, const ck_layernorm_outputs *outputs) {
    layernorm_job k = {.plan = *plan, .per_block = rows_per_block(plan->rows.M), .x = x, .gamma = gamma, .beta = beta};
    k.y = outputs->y, k.mean = outputs->mean, k.inv_std = outputs->inv_std;
    ck_parallel(exec, row_blocks(plan->rows.M), CK_ACTIVE(ck_layernorm_forward_block), &k);
}

void ck_layernorm_backward(const ck_exec *exec, const ck_layernorm *plan, const ck_layernorm_kept *kept,
                           const float *dy, const ck_layernorm_gradients *gradients, void *workspace) {
    const ptrdiff_t blocks = row_blocks(plan->rows.M), D = plan->rows.D;
    layernorm_job k = {.plan = *plan, .per_block = rows_per_block(plan->rows.M), .x = kept->x, .gamma = kept->gamma};
    k.y = (float *)kept->y, k.mean = (float *)kept->mean; // the backward pass does not write y, mean and inv_std
    k.inv_std = (float *)kept->inv_std;
    k.dy = dy, k.dx = gradients->dx, k.update = gradients->update;
    k.dgamma = workspace, k.dbeta = k.dgamma + blocks * D;
    ck_parallel(exec, blocks, CK_ACTIVE(ck_layernorm_backward_block), &k);
    ck_reduce_blocks(exec, k.dgamma, blocks, D, CK_STORE, gradients->dgamma);
    ck_reduce_blocks(exec, k.dbeta, blocks, D, CK_STORE, gradients->dbeta);
}

void ck_l2_normalize_forward(const ck_exec *exec, ck_rows rows, const float *x, float *y, float *inv_norm) {
    ck_l2_rows k = {.rows = rows, .per_block = rows_per_block(rows.M), .x = x, .y = y, .inv_norm = inv_norm};
    ck_parallel(exec, row_blocks(rows.M), CK_ACTIVE(ck_l2_normalize_forward_block), &k);
}

void ck_l2_normalize_backward(const ck_exec *exec, ck_rows rows, const float *y, const float *inv_norm, const float *dy,
                              float *dx, ck_update update) {
    ck_l2_rows k = {.rows = rows, .per_block = rows_per_block(rows.M), .dy = dy, .dx = dx, .update = update};
    k.y = (float *)y, k.inv_norm = (float *)inv_norm; // the backward pass does not write them
    ck_parallel(exec, row_blocks(rows.M), CK_ACTIVE(ck_l2_normalize_backward_block), &k);
}

static ptrdiff_t tanh_blocks(ptrdiff_t count) { return blocks_of(count, TANH_FLOATS); }

void ck_tanh_forward(const ck_exec *exec, ptrdiff_t count, const float *x, float *y) {
    ck_tanh_span k = {.count = count, .x = x, .out = y};
    ck_parallel(exec, tanh_blocks(count), CK_ACTIVE(ck_tanh_forward_block), &k);
}

void ck_tanh_backward(const ck_exec *exec, ptrdiff_t count, const float *y, const float *dy, float *dx) {
    ck_tanh_span k = {.count = count, .y = y, .dy = dy, .out = dx};
    ck_parallel(exec, tanh_blocks(count), CK_ACTIVE(ck_tanh_backward_block), &k);
}
