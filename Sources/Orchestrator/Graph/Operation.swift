import OssicleKernels

/// A differentiable leaf of the program. Composites (blocks, models, heads) record leaves and never differentiate.
package protocol Operation: AnyObject {
    /// Where in the model it stands, for tables of time and memory.
    var name: String { get }
    /// Every value that the pass reads or writes: the plan derives lifetimes from these lists.
    var forwardAccess: [Value] { get }
    /// The saved values and gradients that the backward pass touches; empty for a leaf without gradient.
    var backwardAccess: [Value] { get }
    /// Gradients that the backward pass adds to; ``Run/beta(_:_:)`` tells whether it is the first to write.
    var contributions: [Value] { get }
    var memory: WorkingMemory { get }
    func forward(_ run: borrowing Run)
    func backward(_ run: borrowing Run)
}

extension Operation {
    package var contributions: [Value] { [] }
    package var memory: WorkingMemory { WorkingMemory() }
}
