// Register tiles, and the memory layout of their operands. README.md has a picture. This header is included after the
// header of an instruction set.
//
// Packed rows: element (m, k) of an operand (rows, K) is at
//     (m / 8)·8·padded(K) + (k / VW)·8·VW + (m mod 8)·VW + k mod VW
// Eight consecutive rows form a strip. In this layout, a tile reads memory in ascending order, and all distances within
// a step are known at compile time. padded(K) is an odd number of vectors. Otherwise the strips of some K would share a
// few sets of the L1 cache, and a tile that reads one strip after another would be slow (for K = 1152 and 1280, this
// cost a third of the time of a weight gradient).
//
// Packed panels: the columns are divided into panels of up to CK_TILE_VECTORS vectors, in the layout
// [panel][K][vectors·VW]. Lanes after the last column are zero.
#ifndef CK_GEMM_TILE_H
#define CK_GEMM_TILE_H
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "../isa/registers.h"
#include "../isa/spans.h"
#include "../isa/transpose.h"
#include <stdint.h>
#include <string.h>

// A family can select another tile size (isa/registers.h) before it includes this header.
#ifndef CK_TILE_ROWS
#define CK_TILE_ROWS CK_GEMM_TILE_ROWS
#define CK_TILE_VECTORS CK_GEMM_TILE_VECTORS
#endif
enum { STRIP = 8, WIDE = CK_TILE_VECTORS, PANEL = WIDE * VW, TILE = CK_TILE_ROWS };

// Compiles the tile function `name` once for each panel width. name_of[vectors − 1] is the function for a width of
// `vectors`, with the remaining parameters.
#define CK_TILES_TO_3(name, PARAMETERS, ...)                                                                           \
    static void name##_1 PARAMETERS { name(1, __VA_ARGS__); }                                                          \
    static void name##_2 PARAMETERS { name(2, __VA_ARGS__); }                                                          \
    static void name##_3 PARAMETERS { name(3, __VA_ARGS__); }
#if CK_TILE_VECTORS == 4
#define CK_TILES(name, PARAMETERS, ...)                                                                                \
    CK_TILES_TO_3(name, PARAMETERS, __VA_ARGS__)                                                                       \
    static void name##_4 PARAMETERS { name(4, __VA_ARGS__); }                                                          \
    static void(*const name##_of[WIDE]) PARAMETERS = {name##_1, name##_2, name##_3, name##_4};
#else
#define CK_TILES(name, PARAMETERS, ...)                                                                                \
    CK_TILES_TO_3(name, PARAMETERS, __VA_ARGS__)                                                                       \
    static void(*const name##_of[WIDE]) PARAMETERS = {name##_1, name##_2, name##_3};
#endif

CK_INLINE ptrdiff_t padded(ptrdiff_t n) { return (blocks_of(n, VW) | 1) * VW; }
CK_INLINE int panel_vectors(ptrdiff_t columns) { return (int)(min(columns, PANEL) + VW - 1) / VW; }

// With AVX2, the 16 registers are just enough for 12 accumulators, 3 vectors of b and one value of a. If the compiler
// loaded the value of the next row early, it would have to spill accumulators in the innermost loop. This macro
// prevents it from moving operations across the end of a row.
#if VW == 8
#define CK_ROW_DONE(vectors, row)                                                                                      \
    do {                                                                                                               \
        if (vectors == 3) __asm__ volatile("" : "+x"(row[0]), "+x"(row[1]), "+x"(row[2])::"memory");                   \
    } while (0)
#else
#define CK_ROW_DONE(vectors, row) (void)0
#endif

// One row of one step: acc(j) += a·column(j).
CK_INLINE void row_step(int vectors, const float *a, const vf column[WIDE], vf acc[WIDE]) {
    vf row = v_set1(*a);
    CK_UNROLL for (int j = 0; j < vectors; j++) acc[j] = v_fma(row, column[j], acc[j]);
    CK_ROW_DONE(vectors, acc);
}

// One step of the sum over the depth: acc(r, j) += a(r)·b(j). Rows of a are pitch_a floats apart, and vectors of b are
// pitch_b floats apart.
CK_INLINE void tile_step(int vectors, const float *a, ptrdiff_t pitch_a, const float *b, ptrdiff_t pitch_b,
                         vf acc[TILE][WIDE]) {
    vf column[WIDE];
    CK_UNROLL for (int j = 0; j < vectors; j++) column[j] = v_load(b + j * pitch_b);
    CK_UNROLL for (int r = 0; r < TILE; r++) row_step(vectors, a + r * pitch_a, column, acc[r]);
}

CK_INLINE void tile_zero(int vectors, vf acc[TILE][WIDE]) {
    CK_UNROLL for (int r = 0; r < TILE; r++) CK_UNROLL for (int j = 0; j < vectors; j++) acc[r][j] = v_zero();
}

// acc(r, j) += Σ_k a(r, k)·b(k, j): packed rows times a packed panel.
CK_INLINE void tile_product_add(int vectors, ptrdiff_t K, const float *a, const float *b, vf acc[TILE][WIDE]) {
    ptrdiff_t k = 0;
    for (; k + VW <= K; k += VW) {
        CK_UNROLL for (int i = 0; i < VW; i++) tile_step(vectors, a + i, VW, b + i * vectors * VW, VW, acc);
        a += STRIP * VW;
        b += VW * vectors * VW;
    }
    for (; k < K; k++, a++, b += vectors * VW) tile_step(vectors, a, VW, b, VW, acc);
}

CK_INLINE void tile_product(int vectors, ptrdiff_t K, const float *a, const float *b, vf acc[TILE][WIDE]) {
    tile_zero(vectors, acc);
    tile_product_add(vectors, K, a, b, acc);
}

// acc(r, j) = Σ_m a(m, r)·b(m, j). Both operands are packed rows and have `strips` strips; the pitches are the
// distances of their strips in floats.
CK_INLINE void tile_outer(int vectors, ptrdiff_t strips, const float *a, ptrdiff_t pitch_a, const float *b,
                          ptrdiff_t pitch_b, vf acc[TILE][WIDE]) {
    tile_zero(vectors, acc);
    for (ptrdiff_t s = 0; s < strips; s++, a += pitch_a, b += pitch_b)
        CK_UNROLL for (int m = 0; m < STRIP; m++) tile_step(vectors, a + m * VW, 1, b + m * VW, STRIP * VW, acc);
}

// dst (columns, rows) := src (rows, columns) transposed
CK_INLINE void transpose(ptrdiff_t rows, ptrdiff_t columns, const float *src, ptrdiff_t src_pitch, float *dst,
                         ptrdiff_t dst_pitch) {
    for (ptrdiff_t i = 0; i < rows; i += VW)
        for (ptrdiff_t j = 0; j < columns; j += VW) {
            ptrdiff_t height = min(VW, rows - i), width = min(VW, columns - j);
            vf block[VW];
            CK_UNROLL for (int r = 0; r < VW; r++) block[r] =
                r < height ? load_n(src + (i + r) * src_pitch + j, width) : v_zero();
            v_transpose(block);
            CK_UNROLL for (int c = 0; c < VW; c++) if (c < width)
                store_n(dst + (j + c) * dst_pitch + i, height, block[c]);
        }
}

// Packs one panel from B (depth, columns), whose rows are `pitch` floats apart.
CK_INLINE void pack_panel(ptrdiff_t depth, ptrdiff_t columns, const float *B, ptrdiff_t pitch, float *panel) {
    int vectors = panel_vectors(columns);
    ptrdiff_t last = columns - (vectors - 1) * VW;
    for (ptrdiff_t k = 0; k < depth; k++, B += pitch, panel += vectors * VW) {
        for (int j = 0; j + 1 < vectors; j++) v_store(panel + j * VW, v_load(B + j * VW));
        v_store(panel + (vectors - 1) * VW, v_load_tail(B + (vectors - 1) * VW, last));
    }
}

// The same, if B is stored transposed, as (columns, depth).
CK_INLINE void pack_panel_transposed(ptrdiff_t depth, ptrdiff_t columns, const float *B, ptrdiff_t pitch,
                                     float *panel) {
    int vectors = panel_vectors(columns);
    transpose(columns, depth, B, pitch, panel, vectors * VW);
    for (ptrdiff_t k = 0; columns < vectors * VW && k < depth; k++)
        for (ptrdiff_t n = columns; n < vectors * VW; n++) panel[k * vectors * VW + n] = 0;
}

// ---- The tasks that pack a whole matrix B

typedef struct {
    ptrdiff_t depth, columns, pitch;
    int transposed; // B is stored as (columns, depth)
    const float *B;
    float *panels;
} panel_packing;

CK_INLINE void pack_columns(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const panel_packing *p = context;
    ptrdiff_t end = min(p->columns, (block + 1) * BLOCK_COLUMNS);
    for (ptrdiff_t n = block * BLOCK_COLUMNS; n < end; n += PANEL) {
        ptrdiff_t count = min(PANEL, end - n);
        float *panel = p->panels + n * p->depth;
        if (p->transposed) pack_panel_transposed(p->depth, count, p->B + n * p->pitch, p->pitch, panel);
        else
            pack_panel(p->depth, count, p->B + n, p->pitch, panel);
    }
}
#endif
