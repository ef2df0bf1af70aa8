#include "ck_pointwise.h"
#include "../gemm/blocks.h"
#include "../gemm/tile.h"
#include "../isa/moments.h"
#include "../isa/operand.h"
#include "pack.h"
#include "stage.h"
#include "forward.h"
#include "backward.h"
#include "backward_whole.h"

void CK_NAME(ck_pointwise_backward)(const ck_exec *exec, const ck_pointwise *plan, const ck_operand *x, const float *w,
                                    const ck_gradient *dy, const ck_pointwise_gradients *g, void *workspace) {
    float *panels = workspace, *rest = panels + panel_floats(plan->N, plan->K);
    if (g->dx) {
        panel_packing packing = {plan->N, plan->K, plan->K, 0, w, panels};
        ck_parallel(exec, blocks_of(plan->K, BLOCK_COLUMNS), pack_columns, &packing);
    }
    int stream = POINTWISE_STAGED && g->dx && g->update == CK_STORE &&
                 worth_streaming(g->dx, plan->M * plan->K, plan->K, POINTWISE_STREAM_FLOATS);
    backward_job job = {.plan = plan, .x = x, .dy = dy, .panels = panels, .gradients = *g, .stream = stream};
    if (plan->backward_groups == 0) backward_whole(exec, &job, rest);
    else
        backward_grouped(exec, &job, rest);
}
