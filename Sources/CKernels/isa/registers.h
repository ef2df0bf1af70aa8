// The numbers that depend on the count and the width of the vector registers. Each row is a number, each column an
// instruction set.
#ifndef CK_ISA_REGISTERS_H
#define CK_ISA_REGISTERS_H
#define CK_BY_REGISTERS(portable, avx2, avx512) (VW == 16 ? (avx512) : VW == 8 ? (avx2) : (portable))
enum {
    DEPTHWISE_ABREAST = CK_BY_REGISTERS(4, 4, 8), // pixels that are read at once, and pixels of a tile of dz
    STEM_VECTORS = CK_BY_REGISTERS(1, 1, 2),      // vectors of output channels in a tile of dw
    MAXPOOL_VECTORS = CK_BY_REGISTERS(2, 2, 4),   // vectors of channels whose maxima and positions are in registers
    SPECTRA_WAVES = CK_BY_REGISTERS(4, 4, 8),     // frequencies of a tile
    POINTWISE_STAGED = CK_BY_REGISTERS(0, 0, 1),  // 1 if a tile is written while the next one is computed (stage.h)
};

// The size of the register tiles of matrix products, in rows × vectors. Accumulators of 8 × 48 values use 24 of the 32
// registers of AVX-512; those of 4 × 24 and 4 × 12 values use 12 of 16. Dense convolutions use 6 × 64 with AVX-512,
// because 64 divides the usual channel numbers 64, 128, 256 and 512.
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
