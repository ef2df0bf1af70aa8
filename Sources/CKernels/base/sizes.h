// What set-up functions refuse: sizes whose products would not fit.
#ifndef CK_BASE_SIZES_H
#define CK_BASE_SIZES_H
#include <stddef.h>
#include <stdint.h>

// Floats of the largest tensor, padded or not: 2⁴⁷, twice what a process can address. Sums and small multiples of some
// (planes of tiles, partial gradients, bytes) fit ptrdiff_t with room to spare.
#define CK_MOST_FLOATS ((ptrdiff_t)1 << 47)
_Static_assert(sizeof(ptrdiff_t) == 8, "sizes are of 64 bits");

// Whether a, b, c and d are positive and their product is a size that a tensor can have.
static inline int sizes_fit(ptrdiff_t a, ptrdiff_t b, ptrdiff_t c, ptrdiff_t d) {
    if (a < 1 || b < 1 || c < 1 || d < 1) return 0;
    ptrdiff_t product;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_mul_overflow(product, c, &product)) return 0;
    return !__builtin_mul_overflow(product, d, &product) && product <= CK_MOST_FLOATS;
}
#endif
