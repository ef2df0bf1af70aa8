// The thread pool: pthreadpool, with a scratch lane for every thread.
//
// pthreadpool tells a task its index but not its thread. So the pool is given one long task a lane, and the lanes draw
// blocks from a shared counter: a slow lane takes fewer, and every block runs with the scratch of its lane.
#include "affinity.h"
#include "ck_base.h"
#include <pthreadpool.h>
#include <stdatomic.h>
#include <stdlib.h>

struct ck_pool {
    pthreadpool_t threads; // NULL for one thread
    int count;
};

ck_status ck_pool_create(int threads, ck_pool **result) {
    if (threads < 1) return CK_INVALID_SHAPE;
    ck_pool *pool = malloc(sizeof *pool);
    if (pool == NULL) return CK_OUT_OF_MEMORY;
    pool->count = threads;
    pool->threads = threads > 1 ? pthreadpool_create((size_t)threads) : NULL;
    if (threads > 1 && pool->threads == NULL) {
        free(pool);
        return CK_OUT_OF_MEMORY;
    }
    if (threads > 1) bind_workers(pool->threads, threads);
    *result = pool;
    return CK_OK;
}

void ck_pool_destroy(ck_pool *pool) {
    if (pool == NULL) return;
    if (pool->threads != NULL) pthreadpool_destroy(pool->threads);
    free(pool);
}

int ck_pool_threads(const ck_pool *pool) { return pool->count; }

typedef struct {
    ck_task task;
    void *context;
    char *scratch;
    ptrdiff_t scratch_bytes, blocks;
    _Atomic ptrdiff_t next;
} job;

static void lane(void *context, size_t index) {
    job *j = context;
    void *scratch = j->scratch + (ptrdiff_t)index * j->scratch_bytes;
    for (;;) {
        ptrdiff_t block = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
        if (block >= j->blocks) return;
        j->task(j->context, block, scratch);
    }
}

void ck_parallel(const ck_exec *exec, ptrdiff_t blocks, ck_task task, void *context) {
    job j = {task, context, exec->scratch, exec->scratch_bytes, blocks, 0};
    size_t lanes = (size_t)(blocks < exec->pool->count ? blocks : exec->pool->count);
    if (blocks <= 0) return;
    // With one lane pthreadpool calls on this thread, and sets the flush-to-zero mode around it all the same.
    pthreadpool_parallelize_1d(lanes > 1 ? exec->pool->threads : NULL, lane, &j, lanes,
                               PTHREADPOOL_FLAG_DISABLE_DENORMALS);
}
