// The list of instruction sets, and the macros with which a family lists its kernels.
//
// The dispatcher of a family has one line for each kernel: CK_KERNEL(type, name) declares the functions name__portable,
// name__avx2, … of the function type `type` and a table of them. CK_ACTIVE(name) takes the function for the active
// instruction set from the table.
//
// An instruction set that differs from another one in a few kernels only (for example, AVX-512 with matrix tiles of
// bfloat16) needs one more entry in CK_FOR_EACH_ISA and in ck_isa. It can use the other kernels through aliases.
#ifndef CK_ISA_DISPATCH_H
#define CK_ISA_DISPATCH_H
#include "ck_base.h"

typedef void ck_task_function(void *context, ptrdiff_t block, void *scratch);

// Expands to ROW(set, …) for every compiled instruction set, in the order of ck_isa.
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
