#include "ck_base.h"
#include "blocking.h"
#include "sizes.h"

typedef struct {
    const float *partials;
    ptrdiff_t blocks, width;
    ck_update update;
    float *out;
} reduction;

static void reduce_columns(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const reduction *r = context;
    ptrdiff_t first = block * REDUCED_COLUMNS, count = min(r->width - first, REDUCED_COLUMNS);
    double sums[REDUCED_COLUMNS];
    for (ptrdiff_t i = 0; i < count; i++) sums[i] = r->update == CK_ADD ? r->out[first + i] : 0;
    for (ptrdiff_t b = 0; b < r->blocks; b++) {
        const float *row = r->partials + b * r->width + first;
        for (ptrdiff_t i = 0; i < count; i++) sums[i] += row[i];
    }
    for (ptrdiff_t i = 0; i < count; i++) r->out[first + i] = (float)sums[i];
}

void ck_reduce_blocks(const ck_exec *exec, const float *partials, ptrdiff_t blocks, ptrdiff_t width, ck_update update,
                      float *out) {
    reduction r = {partials, blocks, width, update, out};
    ck_parallel(exec, blocks_of(width, REDUCED_COLUMNS), reduce_columns, &r);
}
