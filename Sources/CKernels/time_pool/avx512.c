#include "../isa/avx512.h"
#if CK_ISA_COMPILED
#include "generic.h"
#endif
#include "../isa/end.h"
