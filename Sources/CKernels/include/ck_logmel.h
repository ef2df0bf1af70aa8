// Short-time Fourier transform and log-mel spectra (stft/, mel/).
#ifndef CK_LOGMEL_H
#define CK_LOGMEL_H
#include "ck_base.h"
#endif
