// Denormals are flushed to zero in every kernel: they cost a hundred cycles each where they are not.
#ifndef CK_BASE_DENORMALS_H
#define CK_BASE_DENORMALS_H
#include <stdint.h>

// Flushes denormals on this thread; returns what ck_restore_denormals takes to put back what was.
static inline uint64_t ck_flush_denormals(void) {
#if defined(__x86_64__)
    unsigned mode = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(mode | 0x8040); // results to zero, operands as zero
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
