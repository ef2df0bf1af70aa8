#include "avx2.h"
#if CK_ISA_COMPILED
#include "convolutions.h"
#endif
#include "end.h"
