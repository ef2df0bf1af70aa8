// Status codes, instruction sets, the thread pool, and the execution environment that every run function takes.
//
// Set-up functions validate their arguments and return ck_status. Run functions return void: they cannot fail, and they
// do not allocate, lock or log. They flush denormals to zero and restore the thread's previous mode before they return.
// Sizes are ptrdiff_t (Swift's Int). Pointers to tensors are 64-byte aligned, unless a header says otherwise.
#ifndef CK_BASE_H
#define CK_BASE_H
#include <stddef.h>
#include <stdint.h>

// The result of a set-up function.
typedef enum ck_status {
    CK_OK = 0,
    CK_INVALID_SHAPE,
    CK_OUT_OF_MEMORY,
    CK_UNSUPPORTED,
    CK_INVALID_NAME,
} ck_status;
// A phrase that describes the status, for error messages.
const char *ck_status_message(ck_status status);

// ---- Instruction sets

typedef enum ck_isa { CK_ISA_PORTABLE = 0, CK_ISA_AVX2, CK_ISA_AVX512, CK_ISA_COUNT } ck_isa;

const char *ck_isa_name(ck_isa isa);
int ck_isa_available(ck_isa isa); // 1 if this CPU and this operating system support the set, otherwise 0
// Sets *isa to the instruction set with this name: portable, avx2 or avx512, in lower or upper case. Returns
// CK_INVALID_NAME if there is no such set, and CK_UNSUPPORTED if this machine does not support it.
ck_status ck_isa_named(const char *name, ck_isa *isa);
// The instruction set that the run functions use: the best available one, or the one that the environment variable
// OSSICLE_ISA names. If ck_isa_named rejects that name, this is the portable set, without any message. Programs should
// therefore check the name first.
ck_isa ck_isa_active(void);
// Selects an instruction set, for tests and benchmarks. It must not be called while a kernel runs. Returns
// CK_UNSUPPORTED if this machine does not support the set.
ck_status ck_isa_select(ck_isa isa);
const char *ck_cpu_name(void);

// ---- Threads

typedef struct ck_pool ck_pool;
// Creates a pool of `threads` >= 1 threads. The caller's thread is one of them, so the pool starts threads − 1 workers.
ck_status ck_pool_create(int threads, ck_pool **pool);
void ck_pool_destroy(ck_pool *pool);
int ck_pool_threads(const ck_pool *pool); // the number of threads, including the caller's thread

// If the environment variable OSSICLE_PIN is 1, a pool binds each of its workers to one core (on Linux only). It does
// not bind the caller's thread, because every thread that the caller starts would inherit the binding. For the time of
// a measurement, ck_bind_caller binds the caller's thread to the first core that it may use, and ck_free_caller ends
// the binding. If OSSICLE_PIN is not 1, both functions do nothing.
void ck_bind_caller(void);
void ck_free_caller(void);
int ck_caller_cores(void); // the number of cores that the calling thread may use, or 0 if it is not known

// The execution environment of a run function. `scratch` holds `scratch_bytes` bytes for each thread of the pool, and
// is 64-byte aligned. `scratch_bytes` is a multiple of 64, and at least the number that the kernel's plan requires.
typedef struct ck_exec {
    ck_pool *pool;
    void *scratch;
    ptrdiff_t scratch_bytes;
} ck_exec;

// A function that computes one block of work. `scratch` belongs to the thread, which runs its blocks one after another.
typedef void (*ck_task)(void *context, ptrdiff_t block, void *scratch);

// Runs task(context, b, scratch of the thread) for every b in 0 ..< blocks, in any order and on any thread, with
// denormals flushed to zero. Only one thread at a time may use a pool. The result has the same bits for any number of
// threads if the blocks depend on the shape alone and write to separate memory, and if partial sums are combined
// afterwards in block order.
void ck_parallel(const ck_exec *exec, ptrdiff_t blocks, ck_task task, void *context);

// How a result is written to an output: it replaces the old values, which are not read, or it is added to them.
typedef enum ck_update { CK_STORE = 0, CK_ADD } ck_update;

// out[i] := or += Σ_b partials[b·width + i]. The sums are computed in double and in block order.
void ck_reduce_blocks(const ck_exec *exec, const float *partials, ptrdiff_t blocks, ptrdiff_t width, ck_update update,
                      float *out);
#endif
