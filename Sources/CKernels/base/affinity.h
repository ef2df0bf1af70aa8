#ifndef CK_BASE_AFFINITY_H
#define CK_BASE_AFFINITY_H

// Where OSSICLE_PIN=1 and the system can: binds the calling thread, worker `index` of a pool, to a core of its own. The
// first core is the caller's, as far as there are as many cores as threads.
void bind_worker(int index);
#endif
