// Counts the process's heap allocations, for the promise that a training step makes none. Linux with glibc: elsewhere
// allocation_counter_works() is false.
#pragma once
#include <stdbool.h>

bool allocation_counter_works(void);
// Allocations of all threads since the process began.
long allocation_count(void);
