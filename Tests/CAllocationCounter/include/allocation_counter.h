// Counts the heap allocations of the process, for the test that a training step does not allocate. It works on Linux
// with glibc only. On other systems, allocation_counter_works() returns false.
#pragma once
#include <stdbool.h>

bool allocation_counter_works(void);
// The number of allocations of all threads since the start of the process.
long allocation_count(void);
