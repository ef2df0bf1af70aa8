#ifndef CK_BASE_AFFINITY_H
#define CK_BASE_AFFINITY_H

// Binds the calling thread to a core, if OSSICLE_PIN is 1 and the system supports it. The calling thread is worker
// number `index` of a pool; the first worker has the number 1. The first core is left to the caller of the pool, unless
// there are more threads than cores.
void bind_worker(int index);
#endif
