// The table of places: the offset in the slab at which the values of a row begin, for each segment. The place 0 points
// to the zeros of the slab. The places of TILE consecutive rows are contiguous: the place of row t and segment s is
//     places[(t / TILE·segments + s)·TILE + t mod TILE]

typedef struct {
    int32_t *places;
    ptrdiff_t segments, rows;
} place_table;

CK_INLINE int32_t *places_of(const place_table *t, ptrdiff_t row) {
    return t->places + row / TILE * t->segments * TILE + row % TILE;
}

CK_INLINE ptrdiff_t whole_tiles(ptrdiff_t rows) { return round_up(rows, TILE); }

// Fills up the last group of TILE rows with rows that read zeros.
static void close_table(const place_table *t) {
    for (ptrdiff_t row = t->rows; row < whole_tiles(t->rows); row++)
        for (ptrdiff_t s = 0; s < t->segments; s++) places_of(t, row)[s * TILE] = 0;
}

// Computes the places that the outputs of block b read. A row of the table is an output.
static void place_outputs(const ck_conv2d *plan, const pixel_block *b, const pixel_window *w, ptrdiff_t zeros,
                          ptrdiff_t pitch, const place_table *t) {
    const ck_conv2d_shape *s = &plan->shape;
    const int joined = is_joined(s);
    ptrdiff_t row = 0;
    for (ptrdiff_t n = 0; n < b->images; n++) {
        ptrdiff_t p = b->first / plan->Q, q = b->first % plan->Q;
        for (ptrdiff_t m = 0; m < b->count; m++, row++) {
            int32_t *place = places_of(t, row);
            for (ptrdiff_t i = 0; i < s->kernel_h; i++) {
                ptrdiff_t h = p * s->stride_h + i - s->padding_h;
                const int outside = h < 0 || h >= s->H;
                ptrdiff_t v = q * s->stride_w - s->padding_w;
                ptrdiff_t at = zeros + ((n * w->rows + h - w->row) * w->columns + v - w->column) * pitch;
                if (joined) {
                    *place = outside ? 0 : (int32_t)at;
                    place += TILE;
                    continue;
                }
                for (ptrdiff_t j = 0; j < s->kernel_w; j++, v++, at += pitch, place += TILE)
                    *place = outside || v < 0 || v >= s->W ? 0 : (int32_t)at;
            }
            if (++q == plan->Q) q = 0, p++;
        }
    }
    close_table(t);
}

// A residue: all input pixels (h, v) with h mod stride_h = down and v mod stride_w = across. Only every stride-th tap
// reaches these pixels.
typedef struct {
    ptrdiff_t down, across;
} residue;

// first_tap: the first tap that reaches inputs with remainder r. taps_met: the number of such taps.
CK_INLINE ptrdiff_t first_tap(ptrdiff_t r, ptrdiff_t stride, ptrdiff_t padding) { return (r + padding) % stride; }
CK_INLINE ptrdiff_t taps_met(ptrdiff_t first, ptrdiff_t stride, ptrdiff_t kernel) {
    return first < kernel ? (kernel - first + stride - 1) / stride : 0;
}

// Computes the places that the input pixels of residue r read in the slab of the gradient. A row of the table is an
// input pixel. to[t] is the pixel of row t, counted from the first pixel of the block.
static void place_inputs(const ck_conv2d *plan, const pixel_block *b, const pixel_window *w, ptrdiff_t zeros,
                         ptrdiff_t pitch, residue r, place_table *t, int32_t *to) {
    const ck_conv2d_shape *s = &plan->shape;
    const ptrdiff_t i0 = first_tap(r.down, s->stride_h, s->padding_h);
    const ptrdiff_t j0 = first_tap(r.across, s->stride_w, s->padding_w);
    t->rows = 0;
    for (ptrdiff_t n = 0; n < b->images; n++) {
        ptrdiff_t h = b->first / s->W, v = b->first % s->W;
        for (ptrdiff_t m = 0; m < b->count; m++) {
            if (h % s->stride_h == r.down && v % s->stride_w == r.across) {
                int32_t *place = places_of(t, t->rows);
                to[t->rows++] = (int32_t)(n * b->count + m);
                for (ptrdiff_t i = i0; i < s->kernel_h; i += s->stride_h) {
                    ptrdiff_t p = h + s->padding_h - i;
                    const int outside = p < 0 || p >= plan->P * s->stride_h;
                    p /= s->stride_h;
                    for (ptrdiff_t j = j0; j < s->kernel_w; j += s->stride_w, place += TILE) {
                        ptrdiff_t q = v + s->padding_w - j;
                        const int beside = q < 0 || q >= plan->Q * s->stride_w;
                        q /= s->stride_w;
                        ptrdiff_t at = (n * w->rows + p - w->row) * w->columns + q - w->column;
                        *place = outside || beside ? 0 : (int32_t)(zeros + at * pitch);
                    }
                }
            }
            if (++v == s->W) v = 0, h++;
        }
    }
    close_table(t);
}
