import OssicleKernels

/// A loss: an operation at the end of the program, without an output. The forward pass computes ``value``. The backward pass writes
/// the gradients of its inputs, multiplied by ``weight``. (The forward pass may compute them already.)
public protocol Objective: Operation {
    /// The name of the loss in logs: `clip`, `frame`, `pitch`, `label`, or one of its own.
    var term: String { get }
    /// Its factor in the sum that is minimised. The gradients are multiplied by it, ``value`` is not.
    var weight: Float { get }
    /// Of the last forward pass.
    var value: LossValue { get }
}

extension Objective {
    public var weight: Float { 1 }
}
