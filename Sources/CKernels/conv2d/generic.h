// All passes of the dense convolution. This header is included after the header of an instruction set.
#include "forms.h"
#include "layout.h"
#include "../isa/registers.h"
#define CK_TILE_ROWS CK_CONV2D_TILE_ROWS
#define CK_TILE_VECTORS CK_CONV2D_TILE_VECTORS
#include "../gemm/tile.h"
#include "../isa/moments.h"
#include "../isa/operand.h"
#include "slab.h"
#include "places.h"
#include "segments.h"
#include "forward.h"
#include "data_gradient.h"
#include "weight_gradient.h"
#include "transforms.h"
#include "tiles.h"
#include "filters.h"
#include "outputs.h"
#include "products.h"
#include "winograd_weight_gradient.h"

void CK_NAME(ck_conv2d_forward)(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                                float *y, float *statistics, void *workspace) {
    if (plan->method == CK_CONV2D_WINOGRAD) forward_winograd(exec, plan, x, w, y, statistics, workspace);
    else
        forward_direct(exec, plan, x, w, y, statistics, workspace);
}

void CK_NAME(ck_conv2d_backward)(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                                 const ck_gradient *dy, float *dz, ck_update update, float *dz_sums, float *dw,
                                 void *workspace) {
    data_job data = {.plan = plan, .x = x, .dy = dy, .dz = dz, .sums = dz_sums, .update = update};
    if (plan->method == CK_CONV2D_WINOGRAD) {
        if (dz) data_winograd(exec, &data, w, workspace);
        weights_winograd(exec, plan, x, dy, dw, workspace);
        return;
    }
    if (dz) data_direct(exec, &data, w, workspace);
    weights_direct(exec, plan, x, dy, dw, workspace);
}
