#include "squeeze_excite.h"
#include "../norm/walk.h"
#include "squeeze_generic.h"
#include "excite_generic.h"
