// The two dense layers between the squeezed means and the gates.
#include "squeeze_excite.h"
#include "../base/sizes.h"
#include "../isa/dispatch.h"

CK_KERNEL(ck_task_function, ck_excite_forward_block)
CK_KERNEL(ck_task_function, ck_excite_backward_block)
CK_KERNEL(ck_task_function, ck_excite_weights_block)

static ptrdiff_t line_floats(ptrdiff_t floats) { return round_up(floats, 16); } // whole cache lines

ck_status ck_squeeze_excite_check(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C, ptrdiff_t S) {
    return sizes_fit(N, R, C, 1) && sizes_fit(S, C, 1, 1) && sizes_fit(N, S, 1, 1) ? CK_OK : CK_INVALID_SHAPE;
}

ptrdiff_t ck_excite_workspace_bytes(ptrdiff_t N, ptrdiff_t C, ptrdiff_t S) {
    return (line_floats(S * C) + 2 * line_floats(N * S) + line_floats(N * C)) * (ptrdiff_t)sizeof(float);
}

static void share_out(ck_excite *k, float *workspace) {
    k->w2t = workspace;
    k->swish = k->w2t + line_floats(k->S * k->C);
    k->dh = k->swish + line_floats(k->N * k->S);
    k->dlogit = k->dh + line_floats(k->N * k->S);
}

static void transpose_block(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const ck_excite *k = context;
    ptrdiff_t first = block * EXCITE_CHANNELS;
    ptrdiff_t end = min(k->C, first + EXCITE_CHANNELS);
    for (ptrdiff_t s = 0; s < k->S; s++)
        for (ptrdiff_t c = first; c < end; c++) k->w2t[s * k->C + c] = k->w2[c * k->S + s];
}

void ck_excite_forward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t C, ptrdiff_t S, const float *pooled, const float *w1,
                       const float *b1, const float *w2, const float *b2, float *h, float *gate, void *workspace) {
    ck_excite k = {.N = N, .C = C, .S = S, .pooled = pooled, .w1 = w1, .b1 = b1, .w2 = w2, .b2 = b2};
    k.h = h;
    k.gate = gate;
    share_out(&k, workspace);
    ck_parallel(exec, blocks_of(C, EXCITE_CHANNELS), transpose_block, &k);
    ck_parallel(exec, blocks_of(N, EXCITE_IMAGES), CK_ACTIVE(ck_excite_forward_block), &k);
}

void ck_excite_backward(const ck_exec *exec, ptrdiff_t N, ptrdiff_t C, ptrdiff_t S, const float *pooled, const float *h,
                        const float *gate, const float *dgate, const float *w1, const float *w2, float *dpooled,
                        float *dw1, float *db1, float *dw2, float *db2, void *workspace) {
    ck_excite k = {.N = N, .C = C, .S = S, .pooled = pooled, .w1 = w1, .w2 = w2, .dgate = dgate};
    k.h = (float *)h; // read only in this direction
    k.gate = (float *)gate;
    k.dpooled = dpooled;
    k.dw1 = dw1, k.db1 = db1, k.dw2 = dw2, k.db2 = db2;
    share_out(&k, workspace);
    ptrdiff_t channel_blocks = blocks_of(C, EXCITE_CHANNELS);
    ck_parallel(exec, channel_blocks, transpose_block, &k);
    ck_parallel(exec, blocks_of(N, EXCITE_IMAGES), CK_ACTIVE(ck_excite_backward_block), &k);
    ck_parallel(exec, channel_blocks, CK_ACTIVE(ck_excite_weights_block), &k);
}
