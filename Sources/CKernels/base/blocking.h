// The block sizes and the streaming thresholds of all kernel families.
//
// The block sizes determine the order of additions, and therefore the bits of the results. For that reason, these
// numbers are the same for every instruction set and for any number of threads. They are chosen for L1 caches of at
// least 32 KiB, L2 caches of at least 512 KiB, and up to eight threads. Numbers that depend on the registers are in
// isa/registers.h.
#ifndef CK_BASE_BLOCKING_H
#define CK_BASE_BLOCKING_H
#include <stddef.h>
#include <stdint.h>

enum {
    // Matrix products (gemm/, pointwise/, conv2d/)
    BLOCK_COLUMNS = 48, // columns are divided and packed in multiples of this: whole panels for every instruction set
    BLOCKS_WANTED = 16, // enough for eight threads to finish at about the same time
    GEMM_BLOCK_FLOATS = 48 * 1024, // of A in one block of work
    GEMM_FEWEST_ROWS = 32,
    GEMM_MOST_ROWS = 512,

    POINTWISE_FORWARD_FLOATS = 24 * 1024,  // of the operand in a block; it fits into L2 with a panel of weights
    POINTWISE_BACKWARD_FLOATS = 48 * 1024, // of the operand and the gradient in a block
    POINTWISE_WHOLE_FLOATS = 96 * 1024,    // the same for backward_whole.h
    POINTWISE_FEWEST_ROWS = 48,
    POINTWISE_MOST_ROWS = 1024,
    POINTWISE_GROUPS = 8,  // the largest number of partial weight gradients
    POINTWISE_STRIPS = 12, // strips that are summed before a tile of dw is stored; a panel of them fits into L1
    POINTWISE_TRANSPOSED_ROWS = 64, // rows of the transposed dw in one task
    POINTWISE_STREAM_FLOATS = 512 * 1024,

    CONV2D_JOINED_CHANNELS = 8, // up to this number of input channels, a segment is a kernel row (kernel_w·C values)
    CONV2D_SLAB_FLOATS = 40 * 1024, // of the operand in a block; it fits into L2 with a panel of weights
    CONV2D_FEWEST_PIXELS = 96,
    CONV2D_MOST_PIXELS = 512,
    CONV2D_SEGMENT_DEPTH = 1536, // terms of the sum over K that are added to a tile at a time; their panel fits into L2
    CONV2D_GRADIENT_PIXELS = 512,  // pixels that are added to a partial weight gradient at a time
    CONV2D_GRADIENT_INPUTS = 64,   // input channels of dw in one task
    CONV2D_GRADIENT_OUTPUTS = 128, // output channels of dw in one task
    CONV2D_STREAM_FLOATS = 2 * 1024 * 1024,

    WINOGRAD_FUSED_CHANNELS = 128,    // up to this number of channels, the tiles of a task fit into L2
    WINOGRAD_TASK_TILES = 24,         // tiles of a task, in the forward pass and for the data gradient
    WINOGRAD_GRADIENT_TILES = 48,     // tiles of a task, for the weight gradient
    WINOGRAD_GRADIENT_CHANNELS = 48,  // input channels of dw in one product
    WINOGRAD_CHUNK_FLOATS = 4 << 20,  // of the transformed tiles of both operands in a chunk; they fit into L3
    WINOGRAD_FEWEST_CHUNK_TILES = 96, // least number of tiles in a chunk, which reads the filters once
    WINOGRAD_FILTER_ROWS = 32,        // rows of a block of transformed filters
    WINOGRAD_STREAM_FLOATS = 4 << 20, // of transformed filters

    // Depthwise convolution and the first convolution
    DEPTHWISE_TASKS = 64,           // wanted number: eight for each of eight threads
    DEPTHWISE_FEWEST_CHANNELS = 64, // of a task, so that it reads at least 256 consecutive bytes
    DEPTHWISE_GROUP_PIXELS = 512,
    DEPTHWISE_BATCH_PIXELS = 32,
    DEPTHWISE_AHEAD = 24, // the distance of the prefetch, in pixels
    DEPTHWISE_STREAM_FLOATS = 1024 * 1024,
    STEM_BLOCKS = 64, // wanted number: eight for each of eight threads
    STEM_STREAM_FLOATS = 2 * 1024 * 1024,

    // Element-wise passes over tensors (N, R, C). A block is large enough to be worth the start of a thread, and has
    // enough rows to be worth its partial sums. There are at most sixteen blocks for each of eight threads.
    IMAGES_BLOCK_FLOATS = 16384,
    IMAGES_BLOCK_ROWS = 32,
    IMAGES_MOST_BLOCKS = 128,
    IMAGES_TILE_FLOATS = 2048, // of a tile of rows, which fits into L1
    IMAGES_TILE_ROWS = 16,     // the least number of rows of a tile
    MAXPOOL_BAND_COLUMNS = 64, // windows of a band if the feature map has one row
    BATCHNORM_CHANNELS = 64,
    EXCITE_IMAGES = 8,
    EXCITE_CHANNELS = 64,

    // Passes over rows and over flat arrays
    ROWS_FEWEST = 16,      // the least number of rows of a block in layer normalization and l2 normalization
    ROWS_MOST_BLOCKS = 64, // enough for eight threads, without too many partial sums
    LOSS_ROWS = 8,
    ARENA_FLOATS = 16384,
    TANH_FLOATS = 16384,
    REDUCED_COLUMNS = 256,
    PEAK_COPY_FLOATS = 1 << 16,
};

// Returns 1 if an output should be written with streaming stores, which bypass the caches. They are faster if the
// output is larger than the caches (`cached` floats), and they need rows that consist of whole cache lines.
static inline int worth_streaming(const float *to, ptrdiff_t floats, ptrdiff_t row, ptrdiff_t cached) {
    return floats > cached && row % 16 == 0 && (uintptr_t)to % 64 == 0;
}
#endif
