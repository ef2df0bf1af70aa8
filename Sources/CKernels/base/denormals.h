// Flushing of denormals to zero, which every kernel does: an operation on a denormal can take about a hundred cycles.
#ifndef CK_BASE_DENORMALS_H
#define CK_BASE_DENORMALS_H
#include <stdint.h>

// Makes the calling thread flush denormals to zero. Returns the previous mode, for ck_restore_denormals.
static inline uint64_t ck_flush_denormals(void) {
#if defined(__x86_64__)
    unsigned mode = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(mode | 0x8040); // denormal results become zero, denormal operands count as zero
    return mode;
#elif defined(__aarch64__)
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" ::"r"(mode | 1u << 24));
    return mode;
#else
    return 0;
#endif
}

static inline void ck_restore_denormals(uint64_t mode) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr((unsigned)mode);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" ::"r"(mode));
#else
    (void)mode;
#endif
}
#endif
