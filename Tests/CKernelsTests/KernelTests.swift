import Testing

/// The parent of every suite that selects an instruction set: that choice is the process's, so they run one after another.
@Suite(.serialized) struct KernelTests {}
