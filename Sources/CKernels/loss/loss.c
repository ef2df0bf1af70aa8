#include "loss.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_softmax_cross_entropy_block)

ck_status ck_softmax_cross_entropy_check(ptrdiff_t M, ptrdiff_t N, const int32_t *labels) {
    if (!sizes_fit(M, N, 1, 1) || (labels == NULL && M > N)) return CK_INVALID_SHAPE;
    for (ptrdiff_t m = 0; labels != NULL && m < M; m++)
        if (labels[m] >= N) return CK_INVALID_SHAPE;
    return CK_OK;
}

void ck_softmax_cross_entropy(const ck_exec *exec, ptrdiff_t M, ptrdiff_t N, const float *s, const int32_t *labels,
                              float *g, ck_loss_result *result, void *workspace) {
    ptrdiff_t rows = M;
    for (ptrdiff_t m = 0; labels != NULL && m < M; m++) rows -= labels[m] < 0;
    ck_cross_entropy k = {M, N, s, labels, g, (double)rows, workspace, (double *)workspace + M};
    ck_parallel(exec, blocks_of(M, LOSS_ROWS), CK_ACTIVE(ck_softmax_cross_entropy_block), &k);
    double loss = 0, correct = 0;
    for (ptrdiff_t m = 0; m < M; m++) loss += k.losses[m], correct += k.correct[m];
    *result = (ck_loss_result){rows > 0 ? loss / (double)rows : 0, rows, (ptrdiff_t)correct};
}
