// Measurements of the roofs that benchmarks use: the highest arithmetic rate and the highest memory rate that this
// machine reaches with the vector functions of isa/.
#ifndef CK_PEAK_H
#define CK_PEAK_H
#include "ck_base.h"

enum { CK_PEAK_SINK = 16 }; // floats per block; without an output, the compiler would remove the arithmetic

// Runs `blocks` tasks. Each computes 12 independent chains of `iterations` vector multiply-adds without memory
// accesses. sink is (blocks, CK_PEAK_SINK) and is written.
void ck_peak_fma(const ck_exec *exec, ptrdiff_t blocks, ptrdiff_t iterations, float *sink);
// The floating-point operations of one block with the active instruction set. A multiply-add counts as two.
double ck_peak_fma_operations(ptrdiff_t iterations);

// Copies `count` floats with stores that bypass the caches. It reads 4·count bytes and writes 4·count bytes. Both
// arrays are 64-byte aligned and do not overlap.
void ck_peak_copy(const ck_exec *exec, ptrdiff_t count, const float *from, float *to);
#endif
