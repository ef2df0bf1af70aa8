#include "portable.h"
#if CK_ISA_COMPILED
#include "families.h"
#endif
#include "end.h"
