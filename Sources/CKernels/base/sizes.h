// Arithmetic with sizes, and the check of set-up functions that products of sizes do not overflow.
#ifndef CK_BASE_SIZES_H
#define CK_BASE_SIZES_H
#include <stddef.h>
#include <stdint.h>

#define CK_SIZE static inline __attribute__((always_inline, unused)) ptrdiff_t
CK_SIZE min(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_SIZE max(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
// The number of blocks of size `unit` for n elements; the last block may be smaller.
CK_SIZE blocks_of(ptrdiff_t n, ptrdiff_t unit) { return (n + unit - 1) / unit; }
// n, rounded up to a multiple of `unit`.
CK_SIZE round_up(ptrdiff_t n, ptrdiff_t unit) { return (n + unit - 1) / unit * unit; }
// The size of `floats` floats in bytes, rounded up to whole cache lines.
CK_SIZE bytes_of(ptrdiff_t floats) { return round_up(floats * (ptrdiff_t)sizeof(float), 64); }

// The largest number of floats of a tensor, with padding: 2⁴⁷, which is more than a process can address. Sums and small
// multiples of this number (planes of tiles, partial gradients, bytes) do not overflow ptrdiff_t.
#define CK_MOST_FLOATS ((ptrdiff_t)1 << 47)
_Static_assert(sizeof(ptrdiff_t) == 8, "sizes are of 64 bits");

// Returns 1 if a, b, c and d are positive and their product is at most CK_MOST_FLOATS, otherwise 0.
static inline int sizes_fit(ptrdiff_t a, ptrdiff_t b, ptrdiff_t c, ptrdiff_t d) {
    if (a < 1 || b < 1 || c < 1 || d < 1) return 0;
    ptrdiff_t product;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_mul_overflow(product, c, &product)) return 0;
    return !__builtin_mul_overflow(product, d, &product) && product <= CK_MOST_FLOATS;
}
#endif
