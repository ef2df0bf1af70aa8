import OssicleKernels

/// A loss: an operation at the end of the program, without an output.
///
/// The forward pass computes ``value``. The backward pass writes the gradients of the inputs, multiplied by ``weight``.
/// The forward pass may already compute the gradients.
public protocol Objective: Operation {
    /// The name of the loss in logs: `clip`, `frame`, `pitch`, `label`, or a new name. The losses of a method must have
    /// different names.
    var term: String { get }
    /// The factor of the loss in the sum that training minimizes. It multiplies the gradients, but not ``value``.
    var weight: Float { get }
    /// The loss of the last forward pass.
    var value: LossValue { get }
}

extension Objective {
    public var weight: Float { 1 }
}
