// Binds threads to cores if OSSICLE_PIN is 1. Measurements vary more if the system moves threads between cores.
#define _GNU_SOURCE
#include "affinity.h"
#include "ck_base.h"

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static int asked_for(void) {
    const char *wish = getenv("OSSICLE_PIN");
    return wish != NULL && strcmp(wish, "1") == 0;
}

static int usable(cpu_set_t *cores) { return pthread_getaffinity_np(pthread_self(), sizeof *cores, cores) == 0; }

// Binds the calling thread to one core of the set `cores`: to the first one, if `before` is 0, to the second one, if
// `before` is 1, and so on.
static void bind(const cpu_set_t *cores, int before) {
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, cores) || before-- > 0) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(core, &one);
        pthread_setaffinity_np(pthread_self(), sizeof one, &one);
        return;
    }
}

void bind_worker(int index) {
    cpu_set_t cores; // a worker inherits the cores of the thread that created the pool
    if (!asked_for() || !usable(&cores)) return;
    bind(&cores, index % CPU_COUNT(&cores));
}

static _Thread_local cpu_set_t before_binding;
static _Thread_local int is_bound;

void ck_bind_caller(void) {
    if (!asked_for() || is_bound || !usable(&before_binding)) return;
    bind(&before_binding, 0);
    is_bound = 1;
}

void ck_free_caller(void) {
    if (is_bound) pthread_setaffinity_np(pthread_self(), sizeof before_binding, &before_binding);
    is_bound = 0;
}

int ck_caller_cores(void) {
    cpu_set_t cores;
    return usable(&cores) ? CPU_COUNT(&cores) : 0;
}
#else
void bind_worker(int index) { (void)index; }
void ck_bind_caller(void) {}
void ck_free_caller(void) {}
int ck_caller_cores(void) { return 0; }
#endif
