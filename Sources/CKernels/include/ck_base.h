// Status, instruction sets, the thread pool and the execution environment that every run function takes.
//
// Run functions flush denormals to zero, and leave the thread's mode as it was.
// Set-up functions validate and return ck_status. Run functions return void: they cannot fail, allocate, lock or log.
// Sizes are ptrdiff_t (Swift's Int). Pointers to tensors are 64-byte aligned unless a header says otherwise.
#ifndef CK_BASE_H
#define CK_BASE_H
#include <stddef.h>
#include <stdint.h>

typedef enum ck_status {
    CK_OK = 0,
    CK_INVALID_SHAPE,
    CK_OUT_OF_MEMORY,
    CK_UNSUPPORTED,
    CK_INVALID_NAME,
} ck_status;
const char *ck_status_message(ck_status status);

// ---- Instruction sets
// ------------------------------------------------------------------------------------------------

typedef enum ck_isa { CK_ISA_PORTABLE = 0, CK_ISA_AVX2, CK_ISA_AVX512, CK_ISA_COUNT } ck_isa;

const char *ck_isa_name(ck_isa isa);
int ck_isa_available(ck_isa isa); // 1 when this CPU and operating system run it
// *isa := the set of that name (portable | avx2 | avx512, in capitals too). CK_INVALID_NAME where there is none,
// CK_UNSUPPORTED where this machine does not run it.
ck_status ck_isa_named(const char *name, ck_isa *isa);
// The set that the run functions use: the best available, or the one that the environment variable OSSICLE_ISA names;
// portable where ck_isa_named refuses that name, which programs should find before.
ck_isa ck_isa_active(void);
ck_status ck_isa_select(ck_isa isa); // for tests and benches; not while a kernel runs
const char *ck_cpu_name(void);

// ---- Threads
// ---------------------------------------------------------------------------------------------------------

typedef struct ck_pool ck_pool;
ck_status ck_pool_create(int threads, ck_pool **pool); // threads >= 1; the caller's thread is one of them
void ck_pool_destroy(ck_pool *pool);
int ck_pool_threads(const ck_pool *pool);

// With OSSICLE_PIN=1 in the environment a pool binds its threads to a core each, where the system can (Linux), and
// leaves the caller's alone: what that starts would be bound with it. A measurement binds it for as long as it takes,
// to the first core it may use, and frees it again; without OSSICLE_PIN=1 both do nothing.
void ck_bind_caller(void);
void ck_free_caller(void);
int ck_caller_cores(void); // how many the calling thread may use; 0 where the system does not say

// What a run function needs besides its tensors. `scratch` holds `scratch_bytes` for each of ck_pool_threads(),
// 64-byte aligned; `scratch_bytes` is at least what the kernel's plan asks for (a multiple of 64).
typedef struct ck_exec {
    ck_pool *pool;
    void *scratch;
    ptrdiff_t scratch_bytes;
} ck_exec;

// One fixed block of work. `scratch` is the thread's own; blocks of one thread run one after another.
typedef void (*ck_task)(void *context, ptrdiff_t block, void *scratch);

// One thread at a time may use a pool. Runs task(context, b, the thread's scratch) for every b in 0 ..< blocks, in any
// order on any thread, with denormals flushed to zero. Same bits for any thread count hold when blocks depend on the
// shape alone, write apart from each other, and partial sums are combined afterwards in block order.
void ck_parallel(const ck_exec *exec, ptrdiff_t blocks, ck_task task, void *context);

// What becomes of an output's values: a result is stored, and they are not read, or it is added to them.
typedef enum ck_update { CK_STORE = 0, CK_ADD } ck_update;

// out[i] := or += Σ_b partials[b·width + i], in double and in block order.
void ck_reduce_blocks(const ck_exec *exec, const float *partials, ptrdiff_t blocks, ptrdiff_t width, ck_update update,
                      float *out);
#endif
