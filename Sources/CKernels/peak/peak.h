// What the blocks share.
#include "ck_peak.h"

enum { CK_PEAK_COPY_BLOCK = 1 << 16, CK_PEAK_CHAINS = 12 };

typedef struct {
    ptrdiff_t iterations, count;
    const float *from;
    float *to;
} ck_peak_job;
