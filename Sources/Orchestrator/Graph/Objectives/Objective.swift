import OssicleKernels

/// A leaf at the end of the program: forward computes the loss and its gradient together.
package protocol Objective: Operation {
    /// What its loss is called in logs.
    var term: String { get }
    /// Its part of the sum that is trained on; gradients are multiplied by it, ``value`` is not.
    var weight: Float { get }
    /// Of the last forward pass.
    var value: LossValue { get }
}

extension Objective {
    package var weight: Float { 1 }
}
