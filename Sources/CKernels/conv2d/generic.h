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
                                const ck_output *y, void *workspace) {
    if (plan->method == CK_CONV2D_WINOGRAD) forward_winograd(exec, plan, x, w, y, workspace);
    else
        forward_direct(exec, plan, x, w, y, workspace);
}

void CK_NAME(ck_conv2d_backward)(const ck_exec *exec, const ck_conv2d *plan, const ck_operand *x, const float *w,
                                 const ck_gradient *dy, const ck_convolution_gradients *g, void *workspace) {
    data_job data = {.plan = plan, .x = x, .dy = dy, .dz = g->dz, .sums = g->dz_sums, .update = g->update};
    if (plan->method == CK_CONV2D_WINOGRAD) {
        if (g->dz) data_winograd(exec, &data, w, workspace);
        weights_winograd(exec, plan, x, dy, g->dw, workspace);
        return;
    }
    if (g->dz) data_direct(exec, &data, w, workspace);
    weights_direct(exec, plan, x, dy, g->dw, workspace);
}
