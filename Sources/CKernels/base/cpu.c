// Which instruction sets this machine has, and which one the kernels use.
#include "ck_base.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static _Atomic int selected = -1; // a ck_isa, or -1 before the first question

const char *ck_isa_name(ck_isa isa) {
    static const char *const names[CK_ISA_COUNT] = {"portable", "avx2", "avx512"};
    return (unsigned)isa < CK_ISA_COUNT ? names[isa] : "unknown";
}

int ck_isa_available(ck_isa isa) {
    switch (isa) {
    case CK_ISA_PORTABLE:
        return 1;
#if defined(__x86_64__)
    // The builtin asks both the CPU and the operating system (XCR0).
    case CK_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CK_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               ck_isa_available(CK_ISA_AVX2);
#endif
    default:
        return 0;
    }
}

static ck_isa best_or_named(void) {
    const char *name = getenv("OSSICLE_ISA");
    for (int isa = CK_ISA_COUNT - 1; isa >= 0; isa--) {
        int wanted = name == NULL || *name == 0 || strcmp(name, ck_isa_name((ck_isa)isa)) == 0;
        if (wanted && ck_isa_available((ck_isa)isa)) return (ck_isa)isa;
    }
    return CK_ISA_PORTABLE; // a name that this machine does not have: `ossicle doctor` shows what is active
}

ck_isa ck_isa_active(void) {
    int isa = atomic_load_explicit(&selected, memory_order_relaxed);
    if (isa < 0) {
        isa = best_or_named();
        atomic_store_explicit(&selected, isa, memory_order_relaxed);
    }
    return (ck_isa)isa;
}

ck_status ck_isa_select(ck_isa isa) {
    if (!ck_isa_available(isa)) return CK_UNSUPPORTED;
    atomic_store_explicit(&selected, isa, memory_order_relaxed);
    return CK_OK;
}

const char *ck_cpu_name(void) {
#if defined(__x86_64__)
    static char name[49];
    if (name[0] == 0) {
        unsigned words[12];
        for (unsigned i = 0; i < 3; i++)
            if (!__get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]))
                return "x86-64";
        memcpy(name, words, 48);
    }
    const char *first = name;
    while (*first == ' ') first++;
    return first;
#else
    return "unknown";
#endif
}
