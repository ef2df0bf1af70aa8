#ifndef CK_BASE_AFFINITY_H
#define CK_BASE_AFFINITY_H
#include <pthreadpool.h>

// Where OSSICLE_PIN=1 and the system can: binds every thread of the pool but the caller's to a core of its own.
void bind_workers(pthreadpool_t threads, int count);
#endif
