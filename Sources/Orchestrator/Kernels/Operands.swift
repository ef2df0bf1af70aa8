import CKernels

/// The activation function that an operation applies to a feature map when it reads the map.
public enum Activation: Sendable {
    case identity
    case swish
    case relu
}

/// A tensor, and the scale, shift, activation and gate that a kernel applies when it reads the tensor: `ck_operand`
/// (ck_operand.h).
package struct Operand {
    package var x: RawBuffer
    package var scale: Buffer?
    package var shift: Buffer?
    package var gate: Buffer?
    package var activation = Activation.identity

    package init(
        x: RawBuffer, scale: Buffer? = nil, shift: Buffer? = nil, gate: Buffer? = nil,
        activation: Activation = .identity
    ) {
        self.x = x
        self.scale = scale
        self.shift = shift
        self.gate = gate
        self.activation = activation
    }

    var c: ck_operand {
        ck_operand(
            x: x.floats, scale: scale?.base, shift: shift?.base, gate: gate?.base,
            activation: activation.kernel, x16: x.halves)
    }
}

/// The gradient of a raw tensor. A kernel computes it from the gradient of the normalized tensor when it reads it:
/// `ck_gradient` (ck_operand.h).
package struct RawGradient {
    package var dz: Buffer
    package var raw: RawBuffer?
    package var a: Buffer?
    package var b: Buffer?
    package var c: Buffer?
    /// A factor for each image. If it is nil, all factors are 1.
    package var imageScale: Buffer?

    package init(
        dz: Buffer, raw: RawBuffer? = nil, a: Buffer? = nil, b: Buffer? = nil, c: Buffer? = nil,
        imageScale: Buffer? = nil
    ) {
        self.dz = dz
        self.raw = raw
        self.a = a
        self.b = b
        self.c = c
        self.imageScale = imageScale
    }

    var pointers: ck_gradient {
        ck_gradient(
            dz: dz.base, raw: raw?.floats, a: a?.base, b: b?.base, c: c?.base, image_scale: imageScale?.base,
            raw16: raw?.halves)
    }
}

extension RawBuffer {
    /// The buffer and its statistics as the output of a convolution.
    func output(_ statistics: Buffer?) -> ck_output {
        ck_output(y: floats, y16: halves, statistics: statistics?.base)
    }
}

extension ck_update {
    /// Converts the `beta` of a layer: 0 stores a gradient, 1 adds it to the present values.
    init(beta: Float) {
        precondition(beta == 0 || beta == 1, "a gradient is stored (beta 0) or added (beta 1), not scaled by \(beta)")
        self = beta == 0 ? CK_STORE : CK_ADD
    }
}

/// Stops the program if a kernel rejects a shape.
///
/// The layers above check all settings of users. A shape that a kernel rejects is therefore a mistake in a model.
func expectPlanned(_ status: ck_status, _ what: @autoclosure () -> String) {
    precondition(status == CK_OK, "\(what()): \(String(cString: ck_status_message(status)))")
}

extension Activation {
    fileprivate var kernel: ck_activation {
        switch self {
        case .identity: CK_IDENTITY
        case .swish: CK_SWISH
        case .relu: CK_RELU
        }
    }
}
