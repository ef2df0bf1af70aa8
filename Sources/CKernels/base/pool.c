// The thread pool: workers that wait for jobs. Each thread has its own scratch memory.
//
// A job is a number of blocks. The threads take blocks from a shared counter, so that a slow thread takes fewer blocks.
// The caller takes blocks too. When no block is left, the caller closes the job and waits only for the workers that
// have joined it. It does not wait for workers that have not started, for example because another program uses their
// core. A waiting thread first spins for a short time, because the next job usually comes within microseconds, and then
// sleeps.
#define _GNU_SOURCE
#include "affinity.h"
#include "ck_base.h"
#include "denormals.h"
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum {
    SPIN_NANOSECONDS = 50 * 1000, // about the time that a thread needs to fall asleep and to wake up
    SPIN_STEPS = 32,              // between two reads of the clock
};

// The state of the pool, in one word: the number of workers that have joined the job, a bit that is set while others
// may join, and the number of the job. The number of the job wraps around. If a worker sleeps during all jobs until a
// number is used again, it mistakes the new job for its last one and does not join it, which is harmless.
enum { ONE_WORKER = 1, WORKERS = 0xfff, IS_OPEN = 0x1000, ONE_JOB = 0x2000 };
static const uint32_t STOP = UINT32_MAX;

typedef struct {
    ck_task task;
    void *context;
    char *scratch;
    ptrdiff_t scratch_bytes, blocks;
    _Alignas(64) _Atomic ptrdiff_t next;
} job;

typedef struct {
    ck_pool *pool;
    int index;
    pthread_t thread;
} worker;

struct ck_pool {
    _Alignas(64) _Atomic uint32_t state;
    _Alignas(64) _Atomic uint32_t sleepers;
    job job;
    int count;       // number of threads, including the caller's thread
    worker *workers; // count − 1 running workers
};

// ---- Waiting

// Sleeps until another thread has changed *word and calls `wake`. It may also return earlier.
static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
#ifdef __linux__
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
    (void)word, (void)value;
    nanosleep(&(struct timespec){0, 50 * 1000}, NULL);
#endif
}

static void wake(ck_pool *pool) {
#ifdef __linux__
    if (atomic_load(&pool->sleepers) > 0) syscall(SYS_futex, &pool->state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
#else
    (void)pool;
#endif
}

static void pause_thread(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Waits until is_done(state, last) returns 1, and returns the state. `last` is the number of the thread's last job.
static uint32_t wait_until(ck_pool *pool, int (*is_done)(uint32_t state, uint32_t last), uint32_t last) {
    uint32_t state = atomic_load_explicit(&pool->state, memory_order_acquire);
    if (is_done(state, last)) return state;
    for (const int64_t end = nanoseconds() + SPIN_NANOSECONDS; nanoseconds() < end;)
        for (int i = 0; i < SPIN_STEPS; i++) {
            pause_thread();
            state = atomic_load_explicit(&pool->state, memory_order_acquire);
            if (is_done(state, last)) return state;
        }
    // The sleeper is counted before it reads the state, so that a thread that changes the state afterwards wakes it.
    atomic_fetch_add(&pool->sleepers, 1);
    for (;;) {
        state = atomic_load(&pool->state);
        if (is_done(state, last)) break;
        sleep_while(&pool->state, state);
    }
    atomic_fetch_sub(&pool->sleepers, 1);
    return state;
}

static uint32_t number_of(uint32_t state) { return state & ~(uint32_t)(WORKERS | IS_OPEN); }
static int is_new_job(uint32_t state, uint32_t last) {
    return state == STOP || ((state & IS_OPEN) && number_of(state) != last);
}
static int is_left(uint32_t state, uint32_t last) {
    (void)last;
    return (state & WORKERS) == 0;
}

// ---- Working

static void run_blocks(job *j, int index) {
    void *scratch = j->scratch + index * j->scratch_bytes;
    for (;;) {
        ptrdiff_t block = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
        if (block >= j->blocks) return;
        j->task(j->context, block, scratch);
    }
}

static void *work(void *argument) {
    const worker *self = argument;
    ck_pool *pool = self->pool;
    uint32_t last = 0;
    bind_worker(self->index);
    ck_flush_denormals();
    for (;;) {
        uint32_t state = wait_until(pool, is_new_job, last);
        if (state == STOP) return NULL;
        if (!atomic_compare_exchange_strong(&pool->state, &state, state + ONE_WORKER)) continue;
        last = number_of(state);
        run_blocks(&pool->job, self->index);
        // The last worker that leaves a closed job wakes the caller, which may be asleep.
        state = atomic_fetch_sub(&pool->state, ONE_WORKER) - ONE_WORKER;
        if (!(state & (WORKERS | IS_OPEN))) wake(pool);
    }
}

ck_status ck_pool_create(int threads, ck_pool **result) {
    if (threads < 1 || threads > WORKERS) return CK_INVALID_SHAPE;
    ck_pool *pool = aligned_alloc(64, (sizeof *pool + 63) / 64 * 64);
    if (pool == NULL) return CK_OUT_OF_MEMORY;
    *pool = (ck_pool){.count = 1, .workers = calloc((size_t)threads, sizeof(worker))};
    for (; pool->workers != NULL && pool->count < threads; pool->count++) {
        worker *next = &pool->workers[pool->count - 1];
        *next = (worker){.pool = pool, .index = pool->count};
        if (pthread_create(&next->thread, NULL, work, next) != 0) break;
    }
    if (pool->workers == NULL || pool->count < threads) {
        ck_pool_destroy(pool);
        return CK_OUT_OF_MEMORY;
    }
    *result = pool;
    return CK_OK;
}

void ck_pool_destroy(ck_pool *pool) {
    if (pool == NULL) return;
    atomic_store(&pool->state, STOP);
    wake(pool);
    for (int i = 0; i < pool->count - 1; i++) pthread_join(pool->workers[i].thread, NULL);
    free(pool->workers);
    free(pool);
}

int ck_pool_threads(const ck_pool *pool) { return pool->count; }

void ck_parallel(const ck_exec *exec, ptrdiff_t blocks, ck_task task, void *context) {
    if (blocks <= 0) return;
    ck_pool *pool = exec->pool;
    const uint64_t mode = ck_flush_denormals();
    if (pool->count == 1 || blocks == 1) {
        for (ptrdiff_t block = 0; block < blocks; block++) task(context, block, exec->scratch);
    } else {
        job *j = &pool->job;
        j->task = task, j->context = context, j->blocks = blocks;
        j->scratch = exec->scratch, j->scratch_bytes = exec->scratch_bytes;
        atomic_store_explicit(&j->next, 0, memory_order_relaxed);
        uint32_t number = number_of(atomic_load(&pool->state)) + ONE_JOB;
        if (number >= number_of(STOP)) number = 0; // the number in STOP is reserved
        atomic_store(&pool->state, number | IS_OPEN);
        wake(pool);
        run_blocks(j, 0);
        if (atomic_fetch_and(&pool->state, ~(uint32_t)IS_OPEN) & WORKERS) wait_until(pool, is_left, 0);
    }
    ck_restore_denormals(mode);
}
