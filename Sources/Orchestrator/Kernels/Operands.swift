import CKernels

/// What a reader of a feature map applies to its values.
public enum Activation: Sendable {
    case identity
    case swish
    case relu
}

/// A tensor as a kernel reads it: `ck_operand` (ck_operand.h).
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

/// The gradient of a raw tensor, formed while it is read: `ck_gradient` (ck_operand.h).
package struct RawGradient {
    package var dz: Buffer
    package var raw: RawBuffer?
    package var a: Buffer?
    package var b: Buffer?
    package var c: Buffer?
    /// Per image; nil: 1.
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

extension ck_update {
    /// What a layer's `beta` asks for: 0 stores a gradient, 1 adds it to what is there.
    init(beta: Float) {
        precondition(beta == 0 || beta == 1, "a gradient is stored (beta 0) or added (beta 1), not scaled by \(beta)")
        self = beta == 0 ? CK_STORE : CK_ADD
    }
}

/// Traps on a shape that a kernel refuses: layers check what users can get wrong, so this is a mistake in a model.
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
