// The context of the tasks of the measurements.
#include "../base/blocking.h"
#include "ck_peak.h"

enum { CK_PEAK_CHAINS = 12 };

typedef struct {
    ptrdiff_t iterations, count;
    const float *from;
    float *to;
} ck_peak_job;
