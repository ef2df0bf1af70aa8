#include "ck_loss.h"
#include <math.h>

void ck_softmax_cross_entropy_reference(const ck_cross_entropy *loss, const float *s, float *g,
                                        ck_loss_result *result) {
    const ptrdiff_t M = loss->M, N = loss->N;
    const int32_t *labels = loss->labels;
    double total = 0;
    ptrdiff_t correct = 0, rows = M;
    for (ptrdiff_t m = 0; labels != NULL && m < M; m++) rows -= labels[m] < 0;
    for (ptrdiff_t m = 0; m < M; m++) {
        const float *row = s + m * N;
        ptrdiff_t label = labels != NULL ? labels[m] : m, best = 0;
        if (label < 0) {
            for (ptrdiff_t n = 0; g != NULL && n < N; n++) g[m * N + n] = 0;
            continue;
        }
        if (label >= N) {
            for (ptrdiff_t n = 0; g != NULL && n < N; n++) g[m * N + n] = NAN;
            total = NAN;
            continue;
        }
        double sum = 0;
        for (ptrdiff_t n = 1; n < N; n++)
            if (row[n] > row[best]) best = n;
        double most = row[best];
        for (ptrdiff_t n = 0; n < N; n++) sum += exp(row[n] - most);
        double own = log(sum) + most - row[label];
        total += own;
        correct += best == label && !isnan(own);
        if (g == NULL) continue;
        for (ptrdiff_t n = 0; n < N; n++) // g may be s: row[n] is read before g(m, n) is written
            g[m * N + n] = (float)((exp(row[n] - most) / sum - (n == label)) / (double)rows);
    }
    *result = (ck_loss_result){rows > 0 ? total / (double)rows : 0, rows, correct};
}
