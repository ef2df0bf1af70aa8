// Transposes VW rows of VW lanes in place: lane l of rows[i] := lane i of rows[l]. Each of the log2(VW) rounds
// interleaves the rows i and i + VW/2.
#ifndef CK_TRANSPOSE_H
#define CK_TRANSPOSE_H
#if VW == 16
#define CK_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CK_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif VW == 8
#define CK_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define CK_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define CK_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define CK_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

CK_INLINE void v_transpose(vf rows[VW]) {
    vf other[VW];
#define CK_ROUND(from, to)                                                                                             \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < VW / 2; i++) {                                              \
        to[2 * i] = CK_LOW(from[i], from[i + VW / 2]);                                                                 \
        to[2 * i + 1] = CK_HIGH(from[i], from[i + VW / 2]);                                                            \
    }
    CK_ROUND(rows, other)
    CK_ROUND(other, rows)
#if VW == 8
    CK_ROUND(rows, other)
    _Pragma("clang loop unroll(full)") for (int i = 0; i < VW; i++) rows[i] = other[i];
#elif VW == 16
    CK_ROUND(rows, other)
    CK_ROUND(other, rows)
#endif
#undef CK_ROUND
}
#undef CK_LOW
#undef CK_HIGH
#endif
