#include "fft.h"
#include <math.h>
#include <stdlib.h>

static const double TWO_PI = 6.283185307179586476925;

// at := (Re, Im) of exp(−2πi·k/n), computed in double and then rounded to float.
static void root(float *at, ptrdiff_t k, ptrdiff_t n) {
    double angle = TWO_PI * (double)(k % n) / (double)n;
    at[0] = (float)cos(angle);
    at[1] = (float)-sin(angle);
}

// The position of output k of a transform of n points. A pass of radix 4 stores the outputs with k mod 4 = q in quarter
// q. The last pass, with 4 or 8 points, stores the outputs in their natural order.
static ptrdiff_t position_of(ptrdiff_t k, ptrdiff_t n) {
    if (n <= 8) return k;
    return (k % 4) * (n / 4) + position_of(k / 4, n / 4);
}

ck_status ck_fft_create(ptrdiff_t size, ck_fft *fft) {
    if (size < 16 || size > 65536 || (size & (size - 1)) != 0) return CK_INVALID_SHAPE;
    ptrdiff_t points = size / 2, floats = 0, roots = 2 * (points / 2 + 1);
    for (ptrdiff_t n = points; n > 8; n /= 4) floats += 6 * (n / 4);
    floats = (floats + 15) / 16 * 16;
    roots = (roots + 15) / 16 * 16;
    size_t bytes = (size_t)(floats + roots) * sizeof(float) + (size_t)points * sizeof(ptrdiff_t);
    float *memory = malloc(bytes);
    if (memory == NULL) return CK_OUT_OF_MEMORY;
    *fft = (ck_fft){points, memory, memory + floats, (ptrdiff_t *)(void *)(memory + floats + roots)};
    float *at = fft->passes;
    for (ptrdiff_t n = points; n > 8; n /= 4)
        for (ptrdiff_t j = 0; j < n / 4; j++)
            for (ptrdiff_t power = 1; power <= 3; power++, at += 2) root(at, j * power, n);
    for (ptrdiff_t k = 0; k <= points / 2; k++) root(fft->unpack + 2 * k, k, size);
    for (ptrdiff_t k = 0; k < points; k++) fft->position[k] = position_of(k, points);
    return CK_OK;
}
