import CKernels

/// One kernel on one shape, with the number of operations, the bytes moved and the set-up.
struct KernelCase {
    /// Runs the kernel once in an execution environment.
    typealias Run = (UnsafePointer<ck_exec>) -> Void

    var name: String
    /// Floating-point operations and bytes of main memory of one run. A multiply-add counts as two operations.
    var operations: Double
    var bytes: Double
    var scratchBytes = 64
    /// Number of occurrences of the shape in one training step.
    var count = 1
    /// Allocates memory and returns the closure that runs the kernel.
    var prepare: () -> Run
}

struct KernelResult: Encodable {
    var name: String
    var count: Int
    var timing: Timing
    var gigaflops: Double
    var gigabytes: Double
    /// The larger of two shares: of the peak arithmetic rate, and of the peak memory rate.
    var roofShare: Double
}

/// An operand that is read through batch norm, activation and gate, or without them if `isPlain`.
final class BenchOperand {
    let x: BenchFloats
    private let scale: BenchFloats
    private let shift: BenchFloats
    private let gate: BenchFloats?
    private let isPlain: Bool
    private let activation: ck_activation

    init(
        rows: Int, channels: Int, images: Int, isPlain: Bool = false, isGated: Bool = false,
        activation: ck_activation = CK_SWISH
    ) {
        x = BenchFloats(rows * channels)
        scale = BenchFloats(channels)
        shift = BenchFloats(channels)
        gate = isGated ? BenchFloats(images * channels) : nil
        self.isPlain = isPlain
        self.activation = activation
    }

    var operand: ck_operand {
        ck_operand(
            x: x.pointer, scale: isPlain ? nil : scale.pointer, shift: isPlain ? nil : shift.pointer,
            gate: gate?.pointer, activation: isPlain ? CK_IDENTITY : activation, x16: nil)
    }
}

/// The gradient of a normalized output.
final class BenchGradient {
    private let dz: BenchFloats
    private let raw: BenchFloats
    private let coefficients: BenchFloats
    private let channels: Int

    init(rows: Int, channels: Int) {
        dz = BenchFloats(rows * channels)
        raw = BenchFloats(rows * channels)
        coefficients = BenchFloats(3 * channels)
        self.channels = channels
    }

    var gradient: ck_gradient {
        let a = coefficients.pointer
        return ck_gradient(
            dz: dz.pointer, raw: raw.pointer, a: a, b: a + channels, c: a + 2 * channels, image_scale: nil, raw16: nil)
    }
}
