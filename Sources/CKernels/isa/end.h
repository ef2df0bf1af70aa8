// Ends the attribute that an instruction set's header began. Its macros stay: a file includes one such header only.
#if CK_ISA_COMPILED
#pragma clang attribute pop
#endif
