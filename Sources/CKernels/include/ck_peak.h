// The roofs that benches report against: what this machine computes and moves at best with this vocabulary.
#ifndef CK_PEAK_H
#define CK_PEAK_H
#include "ck_base.h"

enum { CK_PEAK_SINK = 16 }; // floats a block, so that the arithmetic is not optimised away

// `blocks` tasks, each of 12 independent chains of `iterations` vector multiply-adds: no memory traffic.
// sink is (blocks, CK_PEAK_SINK), written.
void ck_peak_fma(const ck_exec *exec, ptrdiff_t blocks, ptrdiff_t iterations, float *sink);
// Floating-point operations of one block under the active instruction set; a multiply-add is two.
double ck_peak_fma_operations(ptrdiff_t iterations);

// to[i] = from[i], stored past the caches: reads and writes count·4 bytes each. Both 64-byte aligned, apart.
void ck_peak_copy(const ck_exec *exec, ptrdiff_t count, const float *from, float *to);
#endif
