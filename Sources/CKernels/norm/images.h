// The division of a tensor with N images, R rows and C channels into fixed blocks of images.
#ifndef CK_NORM_IMAGES_H
#define CK_NORM_IMAGES_H
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "ck_images.h"

// Images first ..< end.
typedef struct {
    ptrdiff_t first, end;
} ck_image_range;

// The number of images of a block; the last block may have fewer.
static inline ptrdiff_t ck_images_per_block(ck_images s) {
    ptrdiff_t least = max(blocks_of(IMAGES_BLOCK_FLOATS, s.R * s.C), blocks_of(IMAGES_BLOCK_ROWS, s.R));
    return max(least, blocks_of(s.N, IMAGES_MOST_BLOCKS));
}

static inline ck_image_range ck_images_of_block(ck_images s, ptrdiff_t block) {
    ptrdiff_t count = ck_images_per_block(s), first = block * count;
    return (ck_image_range){first, min(first + count, s.N)};
}
#endif
