// What depends on how many vector registers there are and how wide: a row for each number, a column for each machine.
#ifndef CK_ISA_REGISTERS_H
#define CK_ISA_REGISTERS_H
#define CK_BY_REGISTERS(portable, avx2, avx512) (VW == 16 ? (avx512) : VW == 8 ? (avx2) : (portable))
enum {
    DEPTHWISE_ABREAST = CK_BY_REGISTERS(4, 4, 8), // pixels read at once, and pixels of a tile of dz
    STEM_VECTORS = CK_BY_REGISTERS(1, 1, 2),      // of output channels in a tile of dw
    MAXPOOL_VECTORS = CK_BY_REGISTERS(2, 2, 4),   // of channels: maxima and their places
    SPECTRA_WAVES = CK_BY_REGISTERS(4, 4, 8),     // frequencies of a tile
    POINTWISE_STAGED = CK_BY_REGISTERS(0, 0, 1),  // whether a tile is streamed while the next one is made (stage.h)
};

// Register tiles of matrix products, rows × vectors: 8 × 48 has 24 of AVX-512's 32 registers accumulate, 4 × 24 and
// 4 × 12 have 12 of 16. The convolutions' 6 × 64 leaves nothing over of 64, 128, 256 and 512 channels.
#if VW == 16
#define CK_GEMM_TILE_ROWS 8
#define CK_GEMM_TILE_VECTORS 3
#define CK_CONV2D_TILE_ROWS 6
#define CK_CONV2D_TILE_VECTORS 4
#else
#define CK_GEMM_TILE_ROWS 4
#define CK_GEMM_TILE_VECTORS 3
#define CK_CONV2D_TILE_ROWS 4
#define CK_CONV2D_TILE_VECTORS 3
#endif
#endif
