/// The number format in which a tensor is stored.
package enum StorageFormat: Sendable {
    case float32
    /// The upper half of a float, rounded to nearest. Only the raw outputs of convolutions use it (ck_operand.h).
    case bfloat16

    /// The size of one number in bytes.
    package var bytes: Int { self == .float32 ? 4 : 2 }
}

/// The raw output of a convolution in an `Arena`, in one of the two formats.
package enum RawBuffer {
    case float32(Buffer)
    case bfloat16(UnsafeMutablePointer<UInt16>)

    /// The address of the floats, or nil in the other format. Some kernels take two pointers, one of which is nil.
    var floats: UnsafeMutablePointer<Float>? {
        if case .float32(let buffer) = self { buffer.base } else { nil }
    }
    /// The address of the bfloat16 values, or nil in the other format.
    var halves: UnsafeMutablePointer<UInt16>? {
        if case .bfloat16(let pointer) = self { pointer } else { nil }
    }

    /// The address of the floats, for kernels that support only this format.
    var onlyFloats: UnsafeMutablePointer<Float> {
        guard let floats else { preconditionFailure("this kernel does not read bfloat16") }
        return floats
    }
}
