// The complete C interface of Ossicle's kernels. Each family has one header, which begins with formulas and shapes.
#ifndef CKERNELS_H
#define CKERNELS_H
#include "ck_base.h"
#include "ck_operand.h"
#include "ck_gemm.h"
#include "ck_pointwise.h"
#include "ck_conv2d.h"
#include "ck_depthwise.h"
#include "ck_stem.h"
#include "ck_norm.h"
#include "ck_squeeze_excite.h"
#include "ck_pooling.h"
#include "ck_time_pool.h"
#include "ck_maxpool.h"
#include "ck_residual.h"
#include "ck_layernorm.h"
#include "ck_loss.h"
#include "ck_optimizer.h"
#include "ck_logmel.h"
#include "ck_spectra.h"
#include "ck_vocoder.h"
#include "ck_peak.h"
#endif
