// The implementations of all families except those in convolutions.h: in a single source file, all of them would take
// twice as long to compile. This header is included once for each instruction set. Because all families are in the same
// source file, each name can be used by one family only.
#include "../gemm/generic.h"
#include "../pointwise/generic.h"
#include "../norm/generic.h"
#include "../residual/generic.h"
#include "../squeeze_excite/generic.h"
#include "../pooling/generic.h"
#include "../maxpool/generic.h"
#include "../time_pool/generic.h"
#include "../layernorm/generic.h"
#include "../loss/generic.h"
#include "../optimizer/generic.h"
#include "../mel/generic.h"
#include "../spectra/generic.h"
#include "../vocoder/generic.h"
#include "../peak/generic.h"
