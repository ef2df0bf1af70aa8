/// A leaf at the end of the program: forward computes the loss and its gradient together.
protocol Objective: Operation {
    /// Of the last forward pass.
    var value: LossValue { get }
}
