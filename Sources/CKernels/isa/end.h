// Ends the attribute that an ISA header began. Its macros stay: a file includes one ISA header only.
#if CK_ISA_COMPILED
#pragma clang attribute pop
#endif
