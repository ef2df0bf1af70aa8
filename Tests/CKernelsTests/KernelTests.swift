import Testing

/// The parent of every suite that selects an instruction set. The selection applies to the whole process, so that these
/// suites have to run one after another.
@Suite(.serialized) struct KernelTests {}
