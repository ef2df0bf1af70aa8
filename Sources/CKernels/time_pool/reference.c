#include "ck_time_pool.h"
#include "../norm/operand_reference.h"

static ptrdiff_t offset(const ck_time_pool *p, ptrdiff_t n, ptrdiff_t r, ptrdiff_t c) {
    return (n * p->T * p->W + r) * p->C + c;
}

static double activated(const ck_time_pool *p, const ck_operand *x, ptrdiff_t n, ptrdiff_t r, ptrdiff_t c) {
    return reference_activation(x->activation, reference_z(x, offset(p, n, r, c), c));
}

void ck_time_pool_forward_reference(const ck_time_pool *p, const ck_operand *x, float *mean, float *max,
                                    int32_t *index) {
    for (ptrdiff_t n = 0; n < p->N; n++)
        for (ptrdiff_t g = 0; g < p->G; g++)
            for (ptrdiff_t c = 0; c < p->C; c++) {
                ptrdiff_t first = g * p->W / p->G, end = (g + 1) * p->W / p->G, place = first, count = 0;
                double sum = 0, best = activated(p, x, n, first, c);
                for (ptrdiff_t t = 0; t < p->T; t++)
                    for (ptrdiff_t w = first; w < end; w++, count++) {
                        double u = activated(p, x, n, t * p->W + w, c);
                        sum += u;
                        if (u > best || isnan(u)) {
                            best = u;
                            place = t * p->W + w;
                        }
                    }
                mean[n * p->stride + g * p->C + c] = (float)(sum / (double)count);
                if (max != NULL) max[n * p->stride + g * p->C + c] = (float)best;
                if (index != NULL) index[(n * p->G + g) * p->C + c] = (int32_t)place;
            }
}

void ck_time_pool_backward_reference(const ck_time_pool *p, const ck_operand *x, const ck_time_pool_gradient *dy,
                                     float *dz, float *sums) {
    for (ptrdiff_t c = 0; c < p->C; c++) {
        double sum = 0, product = 0;
        for (ptrdiff_t n = 0; n < p->N; n++)
            for (ptrdiff_t g = 0; g < p->G; g++) {
                ptrdiff_t first = g * p->W / p->G, end = (g + 1) * p->W / p->G;
                ptrdiff_t at = n * p->stride + g * p->C + c;
                for (ptrdiff_t t = 0; t < p->T; t++)
                    for (ptrdiff_t w = first; w < end; w++) {
                        ptrdiff_t r = t * p->W + w, i = offset(p, n, r, c);
                        double du = dy->dmean[at] / (double)((end - first) * p->T);
                        if (dy->dmax != NULL && dy->index[(n * p->G + g) * p->C + c] == r) du += dy->dmax[at];
                        double d = du * reference_derivative(x->activation, reference_z(x, i, c));
                        dz[i] = (float)d;
                        sum += d;
                        product += d * reference_raw(x->x, x->x16, i);
                    }
            }
        if (sums == NULL) continue;
        sums[c] = (float)sum;
        sums[p->C + c] = (float)product;
    }
}
