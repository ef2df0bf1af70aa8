// The division of a tensor with N images, R rows and C channels into fixed blocks of images.
#ifndef CK_IMAGES_H
#define CK_IMAGES_H
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "ck_norm.h"

typedef struct ck_images {
    ptrdiff_t N, R, C;
    ptrdiff_t per_block; // images of a block; the last block may have fewer
} ck_images;

ck_images ck_images_make(ptrdiff_t N, ptrdiff_t R, ptrdiff_t C);

static inline ptrdiff_t ck_images_blocks(ck_images s) { return blocks_of(s.N, s.per_block); }
static inline ptrdiff_t ck_images_first(const ck_images *s, ptrdiff_t block) { return block * s->per_block; }
static inline ptrdiff_t ck_images_end(const ck_images *s, ptrdiff_t block) {
    return min((block + 1) * s->per_block, s->N);
}
#endif
