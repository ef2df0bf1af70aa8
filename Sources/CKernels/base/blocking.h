// Block sizes and streaming thresholds of all families, in one table.
//
// Which values a block holds decides which sums are taken together, and so the bits of a result: these numbers are the
// same for every instruction set and any number of threads. They are chosen for first-level caches of 32 KiB or more,
// second-level ones of 512 KiB or more, and up to eight threads. What depends on the registers is in isa/registers.h.
#ifndef CK_BASE_BLOCKING_H
#define CK_BASE_BLOCKING_H
#include <stddef.h>
#include <stdint.h>

enum {
    // Matrix products (gemm/, pointwise/, conv2d/)
    BLOCK_COLUMNS = 48, // columns are divided, and packed, in multiples of this: whole panels for every set
    BLOCKS_WANTED = 16, // enough for eight threads to finish at about the same time
    GEMM_BLOCK_FLOATS = 48 * 1024,
    GEMM_FEWEST_ROWS = 32,
    GEMM_MOST_ROWS = 512,

    POINTWISE_FORWARD_FLOATS = 24 * 1024,  // of the operand: with a panel of weights it stays in the second cache
    POINTWISE_BACKWARD_FLOATS = 48 * 1024, // of the operand and the gradient
    POINTWISE_WHOLE_FLOATS = 96 * 1024,    // the same where they are packed whole
    POINTWISE_FEWEST_ROWS = 48,
    POINTWISE_MOST_ROWS = 1024,
    POINTWISE_GROUPS = 8,           // partial weight gradients
    POINTWISE_STRIPS = 12,          // between two visits of a tile of dw: a panel's rows stay in the first cache
    POINTWISE_TRANSPOSED_ROWS = 64, // of dw in one task
    POINTWISE_STREAM_FLOATS = 512 * 1024,

    CONV2D_JOINED_CHANNELS = 8,     // up to so many input channels, a kernel row is one run of kernel_w·C values
    CONV2D_SLAB_FLOATS = 40 * 1024, // of the operand: with a panel of weights it stays in the second cache
    CONV2D_FEWEST_PIXELS = 96,
    CONV2D_MOST_PIXELS = 512,
    CONV2D_SEGMENT_DEPTH = 1536,  // of the sum over K between two visits of a tile: its panel stays in the second cache
    CONV2D_GRADIENT_PIXELS = 512, // between two visits of a partial weight gradient
    CONV2D_GRADIENT_INPUTS = 64,  // input channels and outputs of dw in one task
    CONV2D_GRADIENT_OUTPUTS = 128,
    CONV2D_STREAM_FLOATS = 2 * 1024 * 1024,

    WINOGRAD_FUSED_CHANNELS = 128,    // up to so many, a task's tiles stay in the second cache from pass to pass
    WINOGRAD_TASK_TILES = 24,         // of a task forward and of the data gradient
    WINOGRAD_GRADIENT_TILES = 48,     // of a task of the weight gradient
    WINOGRAD_GRADIENT_CHANNELS = 48,  // input channels of dw in one product
    WINOGRAD_CHUNK_FLOATS = 4 << 20,  // transformed tiles of both operands, in the third cache
    WINOGRAD_FEWEST_CHUNK_TILES = 96, // each use of the filters
    WINOGRAD_FILTER_ROWS = 32,        // of a block of transformed filters
    WINOGRAD_STREAM_FLOATS = 4 << 20, // of transformed filters

    // Convolutions of one channel or of few
    DEPTHWISE_TASKS = 64,           // wanted: eight for each of eight threads
    DEPTHWISE_FEWEST_CHANNELS = 64, // of a task, which then reads runs of at least 256 bytes
    DEPTHWISE_GROUP_PIXELS = 512,
    DEPTHWISE_BATCH_PIXELS = 32,
    DEPTHWISE_AHEAD = 24, // pixels between reading and prefetching
    DEPTHWISE_STREAM_FLOATS = 1024 * 1024,
    STEM_BLOCKS = 64, // wanted: eight for each of eight threads
    STEM_STREAM_FLOATS = 2 * 1024 * 1024,

    // Passes over (N, R, C): a block is worth waking a thread for, sums enough rows to pay for its partial sums, and
    // there
    // are at most sixteen for each of eight threads.
    IMAGES_BLOCK_FLOATS = 16384,
    IMAGES_BLOCK_ROWS = 32,
    IMAGES_MOST_BLOCKS = 128,
    IMAGES_TILE_FLOATS = 2048, // of a tile of rows, which stays in the first cache
    IMAGES_TILE_ROWS = 16,     // at least
    MAXPOOL_BAND_COLUMNS = 64, // windows of a band where the map is one row
    BATCHNORM_CHANNELS = 64,
    EXCITE_IMAGES = 8,
    EXCITE_CHANNELS = 64,

    // Passes over rows and over flat arrays
    ROWS_FEWEST = 16,      // of a block of layer or l2 normalisation,
    ROWS_MOST_BLOCKS = 64, // enough for eight threads, few enough partial sums
    LOSS_ROWS = 8,
    ARENA_FLOATS = 16384,
    TANH_FLOATS = 16384,
    REDUCED_COLUMNS = 256,
    PEAK_COPY_FLOATS = 1 << 16,
};

// Streamed stores pay for what no cache would keep, and only where every row is whole cache lines.
static inline int worth_streaming(const float *to, ptrdiff_t floats, ptrdiff_t row, ptrdiff_t cached) {
    return floats > cached && row % 16 == 0 && (uintptr_t)to % 64 == 0;
}
#endif
