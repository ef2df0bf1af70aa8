// Ends the attribute that the header of an instruction set began. The macros of that header remain defined, because a
// source file includes only one such header.
#if CK_ISA_COMPILED
#pragma clang attribute pop
#endif
