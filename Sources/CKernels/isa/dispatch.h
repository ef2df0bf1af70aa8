// The one list of instruction sets, and how a family lists its kernels.
//
// A family's dispatcher has a row for each kernel: CK_KERNEL(type, name) declares name__portable, name__avx2, …, all of
// the function type `type`, and makes the table from which CK_ACTIVE(name) takes the one for the active set.
//
// A set that differs from another in a few kernels only (AVX-512 with tiles of bfloat16, say) is one more row of
// CK_FOR_EACH_ISA and of ck_isa; kernels that it does not write itself it takes from the other with an alias.
#ifndef CK_ISA_DISPATCH_H
#define CK_ISA_DISPATCH_H
#include "ck_base.h"

typedef void ck_task_function(void *context, ptrdiff_t block, void *scratch);

// ROW(set, …) for every compiled set, in the order of ck_isa.
#if defined(__x86_64__)
#define CK_FOR_EACH_ISA(ROW, ...) ROW(portable, __VA_ARGS__) ROW(avx2, __VA_ARGS__) ROW(avx512, __VA_ARGS__)
#else
#define CK_FOR_EACH_ISA(ROW, ...) ROW(portable, __VA_ARGS__)
#endif

#define CK_DECLARE_FOR(isa, type, name) type name##__##isa;
#define CK_LIST_FOR(isa, name) name##__##isa,
#define CK_TABLE(name)                                                                                                 \
    { CK_FOR_EACH_ISA(CK_LIST_FOR, name) }
#define CK_KERNEL(type, name)                                                                                          \
    CK_FOR_EACH_ISA(CK_DECLARE_FOR, type, name)                                                                        \
    static type *const name##__variants[CK_ISA_COUNT] = CK_TABLE(name);
#define CK_ACTIVE(name) (name##__variants[ck_isa_active()])
#endif
