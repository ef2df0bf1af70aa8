// Arithmetic on sizes, and what set-up functions refuse: sizes whose products would not fit.
#ifndef CK_BASE_SIZES_H
#define CK_BASE_SIZES_H
#include <stddef.h>
#include <stdint.h>

#define CK_SIZE static inline __attribute__((always_inline, unused)) ptrdiff_t
CK_SIZE min(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_SIZE max(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
// How many blocks of `unit` hold n, the last of them perhaps in part, and n rounded up to whole ones.
CK_SIZE blocks_of(ptrdiff_t n, ptrdiff_t unit) { return (n + unit - 1) / unit; }
CK_SIZE round_up(ptrdiff_t n, ptrdiff_t unit) { return (n + unit - 1) / unit * unit; }
// Bytes of so many floats, in whole cache lines.
CK_SIZE bytes_of(ptrdiff_t floats) { return round_up(floats * (ptrdiff_t)sizeof(float), 64); }

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
