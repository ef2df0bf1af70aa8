// Reading operands and gradients, as ck_operand.h defines them, into slabs: every pixel of a window once, normalised
// and activated, with zeros before the first for what lies outside the image.

// Channels c ..< c + count of an operand with C channels, at pixel `pitch` floats from the last.
typedef struct {
    const ck_operand *x;
    ptrdiff_t C, c, count, pitch;
} operand_reader;

CK_INLINE vf activated(ck_activation activation, vf z) {
    if (activation == CK_SWISH) return v_swish(z);
    return activation == CK_RELU ? v_max(v_zero(), z) : z; // in this order a NaN stays one
}

CK_INLINE void read_vector(const operand_reader *k, const float *x, ptrdiff_t c, ptrdiff_t lanes, float *to, int affine,
                           ck_activation activation) {
    vf z = load_n(x + c, lanes);
    if (affine) z = v_fma(load_n(k->x->scale + k->c + c, lanes), z, load_n(k->x->shift + k->c + c, lanes));
    store_n(to + c, lanes, activated(activation, z));
}

CK_INLINE void read_pixels_as(const operand_reader *k, const float *x, ptrdiff_t pixels, float *to, int affine,
                              ck_activation activation) {
    for (; pixels > 0; pixels--, x += k->C, to += k->pitch) {
        ptrdiff_t c = 0;
        for (; c + VW <= k->count; c += VW) read_vector(k, x, c, VW, to, affine, activation);
        if (c < k->count) read_vector(k, x, c, k->count - c, to, affine, activation);
    }
}

// Consecutive pixels; the loop is compiled once for every form, so that no question is asked inside.
static void read_pixels(const operand_reader *k, const float *x, ptrdiff_t pixels, float *to) {
    if (k->x->scale == NULL && k->x->activation == CK_IDENTITY && k->pitch == k->C)
        memcpy(to, x, (size_t)(pixels * k->C) * sizeof(float));
    else if (k->x->scale == NULL)
        read_pixels_as(k, x, pixels, to, 0, k->x->activation);
    else if (k->x->activation == CK_RELU)
        read_pixels_as(k, x, pixels, to, 1, CK_RELU);
    else
        read_pixels_as(k, x, pixels, to, 1, k->x->activation);
}

// The window of an (N, H, W, C) operand; columns outside the image are zeros.
static void read_window(const operand_reader *k, ptrdiff_t H, ptrdiff_t W, const pixel_window *w, float *slab) {
    ptrdiff_t left = max(0, -w->column), right = max(0, w->column + w->columns - W);
    ptrdiff_t inside = w->columns - left - right;
    for (ptrdiff_t n = w->image; n < w->image + w->images; n++)
        for (ptrdiff_t h = w->row; h < w->row + w->rows; h++) {
            memset(slab, 0, (size_t)(left * k->pitch) * sizeof(float));
            slab += left * k->pitch;
            ptrdiff_t pixel = (n * H + h) * W + w->column + left;
            if (inside > 0) read_pixels(k, k->x->x + pixel * k->C + k->c, inside, slab);
            slab += inside * k->pitch;
            memset(slab, 0, (size_t)(right * k->pitch) * sizeof(float));
            slab += right * k->pitch;
        }
}

// ---- Gradients

CK_INLINE vf gradient_vector(const ck_gradient *g, const float *dz, const float *raw, vf image_scale, ptrdiff_t o,
                             ptrdiff_t lanes, int normalised) {
    vf d = v_mul(image_scale, load_n(dz, lanes));
    if (!normalised) return d;
    vf rest = v_fma(load_n(g->b + o, lanes), load_n(raw, lanes), load_n(g->c + o, lanes));
    return v_fma(load_n(g->a + o, lanes), d, rest);
}

// Outputs o ..< o + count of `pixels` pixels of image n, from pixel `first` of the tensor on; `pitch` apart in the
// slab.
CK_INLINE void read_gradient_as(const ck_gradient *g, ptrdiff_t O, ptrdiff_t n, ptrdiff_t first, ptrdiff_t pixels,
                                ptrdiff_t o, ptrdiff_t count, float *to, ptrdiff_t pitch, int normalised) {
    const vf scale = v_set1(g->image_scale ? g->image_scale[n] : 1);
    const float *dz = g->dz + first * O + o, *raw = normalised ? g->raw + first * O + o : dz;
    for (; pixels > 0; pixels--, dz += O, raw += O, to += pitch) {
        ptrdiff_t c = 0;
        for (; c + VW <= count; c += VW)
            v_store(to + c, gradient_vector(g, dz + c, raw + c, scale, o + c, VW, normalised));
        if (c < count) v_store(to + c, gradient_vector(g, dz + c, raw + c, scale, o + c, count - c, normalised));
    }
}

static void read_gradient(const ck_gradient *g, ptrdiff_t O, ptrdiff_t n, ptrdiff_t first, ptrdiff_t pixels,
                          ptrdiff_t o, ptrdiff_t count, float *to, ptrdiff_t pitch) {
    if (g->a) read_gradient_as(g, O, n, first, pixels, o, count, to, pitch, 1);
    else
        read_gradient_as(g, O, n, first, pixels, o, count, to, pitch, 0);
}
