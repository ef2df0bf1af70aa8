// Dispatch for a family whose kernels are all ck_task: variants.inc lists each once as CK_TASK(name), and including it
// after this header declares name__portable, name__avx2, … and makes the table that CK_ACTIVE(name) looks into.
#include "../include/ck_base.h"

#define CK_TASK_FUNCTION(f) void f(void *context, ptrdiff_t block, void *scratch)
#if defined(__x86_64__)
#define CK_TASK(f)                                                                                                     \
    CK_TASK_FUNCTION(f##__portable);                                                                                   \
    CK_TASK_FUNCTION(f##__avx2);                                                                                       \
    CK_TASK_FUNCTION(f##__avx512);                                                                                     \
    static const ck_task f##__variants[CK_ISA_COUNT] = {f##__portable, f##__avx2, f##__avx512};
#else
#define CK_TASK(f)                                                                                                     \
    CK_TASK_FUNCTION(f##__portable);                                                                                   \
    static const ck_task f##__variants[CK_ISA_COUNT] = {f##__portable};
#endif
#define CK_ACTIVE(f) (f##__variants[ck_isa_active()])
