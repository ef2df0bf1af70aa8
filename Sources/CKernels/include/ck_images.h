// The sizes of a feature map (N, R, C) in kernels that do not read the position of a pixel: N images of R rows (pixels)
// and C channels.
#ifndef CK_IMAGES_H
#define CK_IMAGES_H
#include "ck_base.h"

typedef struct ck_images {
    ptrdiff_t N, R, C;
} ck_images;

// Returns CK_INVALID_SHAPE unless N, R and C are positive and (N, R, C) floats fit into the address space. The check is
// valid for every function with ck_images, except those with a check of their own (ck_global_max_check).
ck_status ck_images_check(ck_images images);
// The number of blocks of images, and of partial sums, in the functions with ck_images and in ck_time_pool_backward. It
// is 0 for a shape that ck_images_check rejects.
ptrdiff_t ck_image_blocks(ck_images images);
#endif
