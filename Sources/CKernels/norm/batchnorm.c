// The part of batch normalisation that is per channel, in double: a few thousand numbers, so no instruction set.
#include "../base/blocking.h"
#include "../base/sizes.h"
#include "ck_norm.h"
#include <math.h>

typedef struct {
    ptrdiff_t M, C;
    const float *statistics; // (blocks, 3, C)
    ptrdiff_t blocks;
    const float *gamma, *beta;
    double eps, momentum;
    float *running_mean, *running_variance, *scale, *shift, *mean, *inv_std;
} forward;

typedef struct {
    ptrdiff_t M, C;
    const float *partials; // (blocks, 2, C)
    ptrdiff_t blocks;
    const float *gamma, *mean, *inv_std;
    float *dgamma, *dbeta, *a, *b, *c;
} backward;

// sums(i, k) = Σ_b partials(b, i, first + k), in block order; returns how many channels the block has.
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

// The mean and the biased variance of channels first ... from those of the blocks, in block order:
//   mean = Σ n·mean_b / M,  variance = Σ [Σ_b (y − mean_b)² + n·(mean_b − mean)²] / M
// Reference: Chan, Golub and LeVeque, 1983.
static ptrdiff_t merge_moments(const forward *f, ptrdiff_t first, double mean[BATCHNORM_CHANNELS],
                               double variance[BATCHNORM_CHANNELS]) {
    ptrdiff_t C = f->C, count = min(C - first, BATCHNORM_CHANNELS);
    double M = (double)f->M;
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
    const forward *f = context;
    double means[BATCHNORM_CHANNELS], variances[BATCHNORM_CHANNELS], M = (double)f->M;
    ptrdiff_t first = block * BATCHNORM_CHANNELS, count = merge_moments(f, first, means, variances);
    for (ptrdiff_t k = 0; k < count; k++) {
        ptrdiff_t c = first + k;
        double mean = means[k], variance = variances[k];
        double inv_std = 1 / sqrt(variance + f->eps), scale = f->gamma[c] * inv_std;
        f->mean[c] = (float)mean;
        f->inv_std[c] = (float)inv_std;
        f->scale[c] = (float)scale;
        f->shift[c] = (float)(f->beta[c] - mean * scale);
        if (f->running_mean == NULL) continue;
        double unbiased = f->M > 1 ? variance * (M / (M - 1)) : variance;
        f->running_mean[c] = (float)(f->momentum * f->running_mean[c] + (1 - f->momentum) * mean);
        f->running_variance[c] = (float)(f->momentum * f->running_variance[c] + (1 - f->momentum) * unbiased);
    }
}

void ck_batchnorm_forward(const ck_exec *exec, ptrdiff_t M, ptrdiff_t C, const float *statistics, ptrdiff_t blocks,
                          const float *gamma, const float *beta, float eps, float momentum, float *running_mean,
                          float *running_variance, float *scale, float *shift, float *mean, float *inv_std) {
    forward f = {M,     C,     statistics, blocks, gamma, beta, eps, momentum, running_mean, running_variance,
                 scale, shift, mean,       inv_std};
    ck_parallel(exec, blocks_of(C, BATCHNORM_CHANNELS), forward_channels, &f);
}

void ck_batchnorm_inference(ptrdiff_t C, const float *gamma, const float *beta, float eps, const float *running_mean,
                            const float *running_variance, float *scale, float *shift) {
    for (ptrdiff_t c = 0; c < C; c++) {
        double s = gamma[c] / sqrt((double)running_variance[c] + eps);
        scale[c] = (float)s;
        shift[c] = (float)(beta[c] - running_mean[c] * s);
    }
}

static void backward_channels(void *context, ptrdiff_t block, void *scratch) {
    (void)scratch;
    const backward *f = context;
    double sums[2][BATCHNORM_CHANNELS], M = (double)f->M;
    ptrdiff_t first = block * BATCHNORM_CHANNELS, count = combine(f->partials, f->blocks, f->C, first, sums);
    for (ptrdiff_t k = 0; k < count; k++) {
        ptrdiff_t c = first + k;
        double mean = f->mean[c], inv_std = f->inv_std[c];
        double dbeta = sums[0][k], dgamma = (sums[1][k] - mean * dbeta) * inv_std;
        double a = f->gamma[c] * inv_std, b = -a * inv_std * dgamma / M;
        f->dbeta[c] = (float)dbeta;
        f->dgamma[c] = (float)dgamma;
        f->a[c] = (float)a;
        f->b[c] = (float)b;
        f->c[c] = (float)(-a * dbeta / M - b * mean);
    }
}

void ck_batchnorm_backward(const ck_exec *exec, ptrdiff_t M, ptrdiff_t C, const float *sums, ptrdiff_t blocks,
                           const float *gamma, const float *mean, const float *inv_std, float *dgamma, float *dbeta,
                           float *a, float *b, float *c) {
    backward f = {M, C, sums, blocks, gamma, mean, inv_std, dgamma, dbeta, a, b, c};
    ck_parallel(exec, blocks_of(C, BATCHNORM_CHANNELS), backward_channels, &f);
}
