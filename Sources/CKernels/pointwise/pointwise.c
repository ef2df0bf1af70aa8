// Plan and dispatch of the pointwise convolution.
#include "ck_pointwise.h"
#include "../gemm/blocks.h"
#include "../isa/dispatch.h"

ck_status ck_pointwise_plan(ck_pointwise *plan, ptrdiff_t M, ptrdiff_t K, ptrdiff_t N, ptrdiff_t rows_per_image) {
    if (!product_fits(M, K, N) || rows_per_image < 1 || M % rows_per_image != 0) return CK_INVALID_SHAPE;
    ptrdiff_t forward = block_rows(M, K, POINTWISE_FORWARD_FLOATS, POINTWISE_FEWEST_ROWS, POINTWISE_MOST_ROWS);
    int whole = M * (K + N) < POINTWISE_GROUPS * K * N; // partial weight gradients would be larger than the operands
    ptrdiff_t backward = block_rows(M, K + N, whole ? POINTWISE_WHOLE_FLOATS : POINTWISE_BACKWARD_FLOATS,
                                    POINTWISE_FEWEST_ROWS, POINTWISE_MOST_ROWS);
    ptrdiff_t blocks = blocks_of(M, backward), groups = whole ? 0 : min(blocks, POINTWISE_GROUPS);
    ptrdiff_t backward_floats = whole ? packed_floats(M, K) + packed_floats(M, N) : groups * (N * K + N);
    ptrdiff_t forward_scratch = packed_floats(forward, K);
    ptrdiff_t backward_scratch = whole ? 0 : packed_floats(backward, K) + packed_floats(backward, N);
    *plan = (ck_pointwise){
        .M = M,
        .K = K,
        .N = N,
        .rows_per_image = rows_per_image,
        .statistics_blocks = blocks_of(M, forward),
        .forward_workspace_bytes = bytes_of(panel_floats(K, N)),
        .backward_workspace_bytes = bytes_of(panel_floats(N, K) + backward_floats),
        .scratch_bytes = bytes_of(max(forward_scratch, backward_scratch)),
        .forward_block = forward,
        .forward_columns = block_columns(blocks_of(M, forward), N),
        .backward_block = backward,
        .backward_groups = groups,
    };
    return CK_OK;
}

typedef void forward_function(const ck_exec *, const ck_pointwise *, const ck_operand *, const float *, const float *,
                              const ck_output *, void *);
typedef void backward_function(const ck_exec *, const ck_pointwise *, const ck_operand *, const float *,
                               const ck_gradient *, const ck_pointwise_gradients *, void *);
CK_KERNEL(forward_function, ck_pointwise_forward)
CK_KERNEL(backward_function, ck_pointwise_backward)

void ck_pointwise_forward(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                          const float *bias, const ck_output *y, void *workspace) {
    CK_ACTIVE(ck_pointwise_forward)(exec, plan, x, w, bias, y, workspace);
}

void ck_pointwise_backward(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                           const ck_gradient *dy, const ck_pointwise_gradients *gradients, void *workspace) {
    CK_ACTIVE(ck_pointwise_backward)(exec, plan, x, w, dy, gradients, workspace);
}
