// The computations of batch normalization per channel, in double. There are only a few thousand numbers, so that this
// code does not need vector instructions.
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "ck_norm.h"
#include <math.h>

typedef struct {
    const ck_batchnorm *norm;
    const float *statistics; // (blocks, 3, C)
    ptrdiff_t blocks;
} forward_job;

typedef struct {
    const ck_batchnorm *norm;
    const float *partials; // (blocks, 2, C)
    ptrdiff_t blocks;
    ck_batchnorm_gradients gradients;
} backward_job;

ck_status ck_batchnorm_check(const ck_batchnorm *n) {
    if (!sizes_fit(n->M, n->C, 1, 1) || !(n->eps >= 0)) return CK_INVALID_SHAPE;
    return n->momentum >= 0 && n->momentum <= 1 ? CK_OK : CK_INVALID_SHAPE;
}

// sums(i, k) = Σ_b partials(b, i, first + k), in block order, for the BATCHNORM_CHANNELS channels from `first` on, or
// fewer at the end. Returns the number of these channels.
static ptrdiff_t combine(const float *partials, ptrdiff_t blocks, ptrdiff_t C, ptrdiff_t first,
                         double sums[2][BATCHNORM_CHANNELS]) {
    ptrdiff_t count = min(C - first, BATCHNORM_CHANNELS);
    for (int i = 0; i < 2; i++) {
        for (ptrdiff_t k = 0; k < count; k++) sums[i][k] = 0;
        for (ptrdiff_t b = 0; b < blocks; b++)
            for (ptrdiff_t k = 0; k < count; k++) sums[i][k] += partials[(b * 2 + i) * C + first + k];
    }
    return count;
}

// Computes the mean and the biased variance of the channels from `first` on, from the statistics of the blocks b with
// n_b rows, in block order. Returns the number of channels.
//   mean = Σ_b n_b·mean_b / M,  variance = Σ_b [Σ (y − mean_b)² + n_b·(mean_b − mean)²] / M
// Reference: Chan, Golub and LeVeque, 1983.
static ptrdiff_t merge_moments(const forward_job *f, ptrdiff_t first, double mean[BATCHNORM_CHANNELS],
                               double variance[BATCHNORM_CHANNELS]) {
    ptrdiff_t C = f->norm->C, count = min(C - first, BATCHNORM_CHANNELS);
    double M = (double)f->norm->M;
    for (ptrdiff_t k = 0; k < count; k++) mean[k] = variance[k] = 0;
    for (ptrdiff_t b = 0; b < f->blocks; b++) {
        const float *rows = f->statistics + b * 3 * C + first, *means = rows + C;
        for (ptrdiff_t k = 0; k < count; k++) mean[k] += (double)rows[k] * means[k];
    }
    for (ptrdiff_t k = 0; k < count; k++) mean[k] /= M;
    for (ptrdiff_t b = 0; b < f->blocks; b++) {
        const float *rows = f->statistics + b * 3 * C + first, *means = rows + C, *squares = means + C;
        for (ptrdiff_t k = 0; k < count; k++) {
            double distance = means[k] - mean[k];
            variance[k] += squares[k] + rows[k] * distance * distance;
        }
    }
    for (ptrdiff_t k = 0; k < count; k++) variance[k] /= M;
    return count;
}

static void forward_channels(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const forward_job *f = context;
    const ck_batchnorm *n = f->norm;
    double means[BATCHNORM_CHANNELS], variances[BATCHNORM_CHANNELS], M = (double)n->M;
    ptrdiff_t first = block * BATCHNORM_CHANNELS, count = merge_moments(f, first, means, variances);
    for (ptrdiff_t k = 0; k < count; k++) {
        ptrdiff_t c = first + k;
        double mean = means[k], variance = variances[k];
        double inv_std = 1 / sqrt(variance + n->eps), scale = n->gamma[c] * inv_std;
        n->mean[c] = (float)mean;
        n->inv_std[c] = (float)inv_std;
        n->scale[c] = (float)scale;
        n->shift[c] = (float)(n->beta[c] - mean * scale);
        if (n->running_mean == NULL) continue;
        double unbiased = n->M > 1 ? variance * (M / (M - 1)) : variance, momentum = n->momentum;
        n->running_mean[c] = (float)(momentum * n->running_mean[c] + (1 - momentum) * mean);
        n->running_variance[c] = (float)(momentum * n->running_variance[c] + (1 - momentum) * unbiased);
    }
}

void ck_batchnorm_forward(const ck_exec *exec, const ck_batchnorm *norm, const float *statistics, ptrdiff_t blocks) {
    forward_job f = {norm, statistics, blocks};
    ck_parallel(exec, blocks_of(norm->C, BATCHNORM_CHANNELS), forward_channels, &f);
}

void ck_batchnorm_inference(const ck_batchnorm *n) {
    for (ptrdiff_t c = 0; c < n->C; c++) {
        double s = n->gamma[c] / sqrt((double)n->running_variance[c] + n->eps);
        n->scale[c] = (float)s;
        n->shift[c] = (float)(n->beta[c] - n->running_mean[c] * s);
    }
}

static void backward_channels(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const backward_job *f = context;
    const ck_batchnorm *n = f->norm;
    const ck_batchnorm_gradients *g = &f->gradients;
    double sums[2][BATCHNORM_CHANNELS], M = (double)n->M;
    ptrdiff_t first = block * BATCHNORM_CHANNELS, count = combine(f->partials, f->blocks, n->C, first, sums);
    for (ptrdiff_t k = 0; k < count; k++) {
        ptrdiff_t c = first + k;
        double mean = n->mean[c], inv_std = n->inv_std[c];
        double dbeta = sums[0][k], dgamma = (sums[1][k] - mean * dbeta) * inv_std;
        double a = n->gamma[c] * inv_std, b = -a * inv_std * dgamma / M;
        g->dbeta[c] = (float)dbeta;
        g->dgamma[c] = (float)dgamma;
        g->a[c] = (float)a;
        g->b[c] = (float)b;
        g->c[c] = (float)(-a * dbeta / M - b * mean);
    }
}

void ck_batchnorm_backward(const ck_exec *exec, const ck_batchnorm *norm, const float *sums, ptrdiff_t blocks,
                           const ck_batchnorm_gradients *gradients) {
    backward_job f = {norm, sums, blocks, *gradients};
    ck_parallel(exec, blocks_of(norm->C, BATCHNORM_CHANNELS), backward_channels, &f);
}
