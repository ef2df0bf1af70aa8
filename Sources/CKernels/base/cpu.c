// The instruction sets of this machine, and the selection of the one that the kernels use.
#include "ck_base.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static _Atomic int selected = -1; // a ck_isa, or −1 before the first selection

const char *ck_isa_name(ck_isa isa) {
    static const char *const names[CK_ISA_COUNT] = {"portable", "avx2", "avx512"};
    return (unsigned)isa < CK_ISA_COUNT ? names[isa] : "unknown";
}

int ck_isa_available(ck_isa isa) {
    switch (isa) {
    case CK_ISA_PORTABLE:
        return 1;
#if defined(__x86_64__)
    // The builtin function checks both the CPU and the operating system (register XCR0).
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

ck_status ck_isa_named(const char *name, ck_isa *isa) {
    for (int i = 0; i < CK_ISA_COUNT; i++) {
        if (strcasecmp(name, ck_isa_name((ck_isa)i)) != 0) continue;
        *isa = (ck_isa)i;
        return ck_isa_available(*isa) ? CK_OK : CK_UNSUPPORTED;
    }
    return CK_INVALID_NAME;
}

static ck_isa best_or_named(void) {
    const char *name = getenv("OSSICLE_ISA");
    ck_isa named;
    if (name != NULL && *name != 0) return ck_isa_named(name, &named) == CK_OK ? named : CK_ISA_PORTABLE;
    for (int isa = CK_ISA_COUNT - 1; isa > 0; isa--)
        if (ck_isa_available((ck_isa)isa)) return (ck_isa)isa;
    return CK_ISA_PORTABLE;
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

#if defined(__x86_64__)
static char cpu_name[49] = "x86-64";

static void read_cpu_name(void) {
    unsigned words[12];
    for (unsigned i = 0; i < 3; i++)
        if (!__get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]))
            return;
    memcpy(cpu_name, words, 48);
}

const char *ck_cpu_name(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT; // several threads may make the first call
    pthread_once(&once, read_cpu_name);
    const char *first = cpu_name;
    while (*first == ' ') first++;
    return first;
}
#else
const char *ck_cpu_name(void) { return "unknown"; }
#endif
