#include "ck_base.h"

const char *ck_status_message(ck_status status) {
    switch (status) {
    case CK_OK:
        return "done";
    case CK_INVALID_SHAPE:
        return "a size or a number is zero, negative, too large, or does not fit the operation";
    case CK_OUT_OF_MEMORY:
        return "out of memory";
    case CK_UNSUPPORTED:
        return "not supported on this machine or for this shape";
    case CK_INVALID_NAME:
        return "a name that is not known";
    }
    return "unknown status";
}
