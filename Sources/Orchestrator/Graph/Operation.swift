import OssicleKernels

/// A differentiable operation of a program: what ``Graph/record(_:)`` takes. Layers, heads and models are functions that record
/// operations; only operations have a backward pass.
///
/// An operation declares its tensors when it is made: outputs with ``Graph/value(_:)``, parameters with
/// ``Graph/parameter(_:_:_:layout:isTrained:)``, gradients with ``Graph/gradient(_:)``. While it runs, ``Run`` gives it their
/// numbers. Nothing is allocated during a run.
public protocol Operation: AnyObject {
    /// Its place in the model, for tables of time and memory, for example `projection.norm`.
    var name: String { get }
    /// Every value that the forward pass reads or writes. The memory plan is made from these lists: a value that is missing here
    /// may lie in memory that another operation overwrites.
    var forwardAccess: [Value] { get }
    /// Every value that the backward pass reads or writes; empty for an operation without a gradient.
    var backwardAccess: [Value] { get }
    /// Gradients that other operations may add to as well. ``Run/beta(_:_:)`` says whether the backward pass stores or adds.
    var contributions: [Value] { get }
    /// Memory that the operation needs while it runs.
    var memory: WorkingMemory { get }
    /// Computes the outputs.
    func forward(_ run: borrowing Run)
    /// Computes the gradients of the inputs and of the parameters from those of the outputs.
    func backward(_ run: borrowing Run)
}

extension Operation {
    public var contributions: [Value] { [] }
    public var memory: WorkingMemory { WorkingMemory() }
}
