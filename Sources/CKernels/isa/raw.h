// Raw values as they are kept (ck_operand.h): floats, or bfloat16 where x16 is there. `halved` says which, a constant
// of the compiler in loops that are compiled for both.
#ifndef CK_ISA_RAW_H
#define CK_ISA_RAW_H
#include "ck_operand.h"
#include "spans.h"
#include <string.h>

typedef struct {
    const float *x;
    const ck_bf16 *x16;
} raw_values;

CK_INLINE raw_values raw_of(const ck_operand *o) { return (raw_values){o->x, o->x16}; }
CK_INLINE raw_values raw_of_gradient(const ck_gradient *g) { return (raw_values){g->raw, g->raw16}; }

// The first `lanes` lanes at element `at`.
CK_INLINE vf load_raw(raw_values x, ptrdiff_t at, ptrdiff_t lanes, const int halved) {
    if (halved) return lanes == VW ? v_load_bf16(x.x16 + at) : v_load_bf16_tail(x.x16 + at, lanes);
    return lanes == VW ? v_load(x.x + at) : v_load_tail(x.x + at, lanes);
}

// One value.
CK_INLINE float raw_at(raw_values x, ptrdiff_t at, const int halved) {
    if (!halved) return x.x[at];
    uint32_t bits = (uint32_t)x.x16[at] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CK_INLINE void store_bf16(ck_bf16 *p, ptrdiff_t lanes, vf v) {
    if (lanes == VW) v_store_bf16(p, v);
    else
        v_store_bf16_tail(p, lanes, v);
}

// Fetches the line of element `at`, wherever that is: a prefetch never faults.
CK_INLINE void prefetch_raw(raw_values x, ptrdiff_t at, const int halved) {
    uintptr_t base = halved ? (uintptr_t)x.x16 : (uintptr_t)x.x;
    __builtin_prefetch((const void *)(base + (uintptr_t)at * (halved ? sizeof *x.x16 : sizeof *x.x)));
}
#endif
