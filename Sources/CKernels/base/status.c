#include "ck_base.h"

const char *ck_status_message(ck_status status) {
    switch (status) {
    case CK_OK:
        return "done";
    case CK_INVALID_SHAPE:
        return "a size is zero, negative, or does not fit the operation";
    case CK_OUT_OF_MEMORY:
        return "out of memory";
    case CK_UNSUPPORTED:
        return "not supported on this machine";
    }
    return "unknown status";
}
