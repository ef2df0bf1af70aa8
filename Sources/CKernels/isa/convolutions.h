// The implementations of the dense, the depthwise and the first convolution.
#include "../conv2d/generic.h"
#include "../depthwise/generic.h"
#include "../stem/generic.h"
