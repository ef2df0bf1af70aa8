// The bodies of the convolutions over windows of pixels.
#include "../conv2d/generic.h"
#include "../depthwise/generic.h"
#include "../stem/generic.h"
