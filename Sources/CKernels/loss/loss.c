#include "loss.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_softmax_cross_entropy_block)

ck_status ck_softmax_cross_entropy_check(const ck_cross_entropy *loss) {
    const int32_t *labels = loss->labels;
    if (!sizes_fit(loss->M, loss->N, 1, 1) || (labels == NULL && loss->M > loss->N)) return CK_INVALID_SHAPE;
    for (ptrdiff_t m = 0; labels != NULL && m < loss->M; m++)
        if (labels[m] >= loss->N) return CK_INVALID_SHAPE;
    return CK_OK;
}

void ck_softmax_cross_entropy(const ck_exec *exec, const ck_cross_entropy *loss, const float *s, float *g,
                              ck_loss_result *result, void *workspace) {
    const ptrdiff_t M = loss->M;
    ptrdiff_t rows = M;
    for (ptrdiff_t m = 0; loss->labels != NULL && m < M; m++) rows -= loss->labels[m] < 0;
    cross_entropy_job k = {*loss, s, g, (double)rows, workspace, (double *)workspace + M};
    ck_parallel(exec, blocks_of(M, LOSS_ROWS), CK_ACTIVE(ck_softmax_cross_entropy_block), &k);
    double total = 0, correct = 0;
    for (ptrdiff_t m = 0; m < M; m++) total += k.losses[m], correct += k.correct[m];
    *result = (ck_loss_result){rows > 0 ? total / (double)rows : 0, rows, (ptrdiff_t)correct};
}
