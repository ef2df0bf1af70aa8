// Functions that read operands and gradients (ck_operand.h) into slabs. Each pixel of a window is read, normalized and
// activated once. Zeros before the first pixel replace pixels outside the image.

// Reads channels c ..< c + count of an operand with C channels. Pixels are `pitch` floats apart in the slab.
typedef struct {
    const ck_operand *x;
    ptrdiff_t C, c, count, pitch;
} operand_reader;

// Reads `pixels` consecutive pixels. `at` is the offset of the first pixel in the tensor.
CK_INLINE void read_pixels_as(const operand_reader *k, ptrdiff_t at, ptrdiff_t pixels, float *to, const int is_affine,
                              ck_activation activation) {
    for (; pixels > 0; pixels--, at += k->C, to += k->pitch) {
        vf a;
        ptrdiff_t c = 0;
        for (; c + VW <= k->count; c += VW) {
            read_operand(k->x, at, NULL, k->c + c, VW, &a, is_affine, activation, 0, 1);
            v_store(to + c, a);
        }
        if (c == k->count) continue;
        read_operand(k->x, at, NULL, k->c + c, k->count - c, &a, is_affine, activation, 0, 1);
        v_store_tail(to + c, k->count - c, a);
    }
}

// Reads `pixels` consecutive pixels. For the most frequent cases, the loop is compiled separately, so that its body
// contains no branches.
static void read_pixels(const operand_reader *k, ptrdiff_t pixel, ptrdiff_t pixels, float *to) {
    const ck_operand *x = k->x;
    if (x->scale == NULL && x->activation == CK_IDENTITY && k->pitch == k->C && k->count == k->C)
        memcpy(to, x->x + pixel * k->C + k->c, (size_t)(pixels * k->C) * sizeof(float));
    else if (x->scale == NULL)
        read_pixels_as(k, pixel * k->C, pixels, to, 0, x->activation);
    else if (x->activation == CK_RELU)
        read_pixels_as(k, pixel * k->C, pixels, to, 1, CK_RELU);
    else
        read_pixels_as(k, pixel * k->C, pixels, to, 1, x->activation);
}

// Reads a window of an operand (N, H, W, C). Columns outside the image are set to zero.
static void read_window(const operand_reader *k, ptrdiff_t H, ptrdiff_t W, const pixel_window *w, float *slab) {
    ptrdiff_t left = max(0, -w->column), right = max(0, w->column + w->columns - W);
    ptrdiff_t inside = w->columns - left - right;
    for (ptrdiff_t n = w->image; n < w->image + w->images; n++)
        for (ptrdiff_t h = w->row; h < w->row + w->rows; h++) {
            memset(slab, 0, (size_t)(left * k->pitch) * sizeof(float));
            slab += left * k->pitch;
            ptrdiff_t pixel = (n * H + h) * W + w->column + left;
            if (inside > 0) read_pixels(k, pixel, inside, slab);
            slab += inside * k->pitch;
            memset(slab, 0, (size_t)(right * k->pitch) * sizeof(float));
            slab += right * k->pitch;
        }
}

// ---- Gradients

// Reads the gradient draw of output channels o ..< o + count, for `pixels` pixels of image n from pixel `first` of the
// tensor on. Pixels are `pitch` floats apart in the slab.
CK_INLINE void read_draws_as(const ck_gradient *g, ptrdiff_t O, ptrdiff_t n, ptrdiff_t first, ptrdiff_t pixels,
                             ptrdiff_t o, ptrdiff_t count, float *to, ptrdiff_t pitch, const int is_normalised) {
    const vf scale = v_set1(g->image_scale ? g->image_scale[n] : 1);
    for (ptrdiff_t at = first * O; pixels > 0; pixels--, at += O, to += pitch) {
        ptrdiff_t c = 0;
        for (; c + VW <= count; c += VW) v_store(to + c, read_gradient(g, at, scale, o + c, VW, is_normalised, 0));
        if (c < count) v_store(to + c, read_gradient(g, at, scale, o + c, count - c, is_normalised, 0));
    }
}

static void read_draws(const ck_gradient *g, ptrdiff_t O, ptrdiff_t n, ptrdiff_t first, ptrdiff_t pixels, ptrdiff_t o,
                       ptrdiff_t count, float *to, ptrdiff_t pitch) {
    if (g->a) read_draws_as(g, O, n, first, pixels, o, count, to, pitch, 1);
    else
        read_draws_as(g, O, n, first, pixels, o, count, to, pitch, 0);
}
