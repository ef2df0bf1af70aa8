#include "avx2.h"
#if CK_ISA_COMPILED
#include "families.h"
#endif
#include "end.h"
