// Closes what an ISA header opened, so that a file could open another.
#if CK_ISA_COMPILED
#pragma clang attribute pop
#endif
