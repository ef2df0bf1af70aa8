#include "squeeze_excite.h"
#include "../norm/tiles.h"
#include "squeeze_generic.h"
#include "excite_generic.h"
