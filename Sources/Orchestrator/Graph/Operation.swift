import OssicleKernels

/// A differentiable operation of a program. ``Graph/record(_:)`` records it.
///
/// Only operations have a backward pass. Layers, heads and models are functions that record operations.
///
/// An operation declares its tensors in its initializer: outputs with ``Graph/value(_:)``, parameters with
/// ``Graph/parameter(_:_:_:layout:isTrained:)``, and gradients with ``Graph/gradient(_:)``. During a run, ``Run`` gives
/// access to the values of these tensors. No memory is allocated during a run.
public protocol Operation: AnyObject {
    /// The name of the operation within the model, for tables of time and memory. An example is `projection.norm`.
    var name: String { get }
    /// Every value that the forward pass reads or writes. The memory plan is computed from these lists: if a value is
    /// missing here, another operation may overwrite its memory.
    var forwardAccess: [Value] { get }
    /// Every value that the backward pass reads or writes. It is empty for an operation without a gradient.
    var backwardAccess: [Value] { get }
    /// Gradients to which other operations may also add. ``Run/beta(_:_:)`` tells whether the backward pass stores or
    /// adds.
    var contributions: [Value] { get }
    /// Working memory that the operation needs during a run.
    var memory: WorkingMemory { get }
    /// Computes the outputs.
    func forward(_ run: borrowing Run)
    /// Computes the gradients of the inputs and of the parameters from the gradients of the outputs.
    func backward(_ run: borrowing Run)
}

extension Operation {
    public var contributions: [Value] { [] }
    public var memory: WorkingMemory { WorkingMemory() }
}
