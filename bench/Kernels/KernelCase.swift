import CKernels

/// One kernel on one shape: what it computes and moves, and how to set it up.
struct KernelCase {
    /// Takes the environment, runs once.
    typealias Run = (UnsafePointer<ck_exec>) -> Void

    var name: String
    /// Floating-point operations and bytes of main memory of one run; a multiply-add is two operations.
    var operations: Double
    var bytes: Double
    var scratchBytes = 64
    /// How often the shape occurs in one training step.
    var count = 1
    /// Allocates, and returns the run.
    var prepare: () -> Run
}

struct KernelResult: Encodable {
    var name: String
    var count: Int
    var timing: Timing
    var gigaflops: Double
    var gigabytes: Double
    /// Share of the roof that is nearer: arithmetic or memory.
    var roofShare: Double
}

/// An operand that is read through batch norm and activation, and gate; or raw where `isPlain`.
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

/// The gradient of a normalised output.
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
