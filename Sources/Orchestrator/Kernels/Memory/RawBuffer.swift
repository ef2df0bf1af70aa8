/// How a tensor's numbers are kept.
package enum StorageFormat: Sendable {
    case float32
    /// The upper half of a float, rounded to nearest: for raw outputs of convolutions alone (ck_operand.h).
    case bfloat16

    package var bytes: Int { self == .float32 ? 4 : 2 }
}

/// Raw values of a convolution, in either format, inside an ``Arena``.
package enum RawBuffer {
    case float32(Buffer)
    case bfloat16(UnsafeMutablePointer<UInt16>)

    /// For kernels that take a pair of pointers, one of them nil.
    var floats: UnsafeMutablePointer<Float>? {
        if case .float32(let buffer) = self { buffer.base } else { nil }
    }
    var halves: UnsafeMutablePointer<UInt16>? {
        if case .bfloat16(let pointer) = self { pointer } else { nil }
    }

    /// For kernels that take floats alone.
    var onlyFloats: UnsafeMutablePointer<Float> {
        guard let floats else { preconditionFailure("this kernel does not read bfloat16") }
        return floats
    }
}
