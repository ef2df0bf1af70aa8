/// A range of floats inside an ``Arena``. It owns nothing: whoever hands one out keeps the arena alive while it is used.
/// Operations pass buffers on to the kernel wrappers; only those and this folder look inside.
package struct Buffer {
    @usableFromInline let base: UnsafeMutablePointer<Float>
    package let count: Int

    /// `count` floats from `start` on.
    package func slice(_ start: Int, _ count: Int) -> Buffer {
        precondition(start >= 0 && count >= 0 && start + count <= self.count, "slice outside its buffer")
        return Buffer(base: base + start, count: count)
    }

    /// Zeros from `start` to the end.
    package func clear(from start: Int) { slice(start, count - start).fill(0) }

    package func fill(_ value: Float) { base.update(repeating: value, count: count) }

    /// Copies `source` to the buffer's start.
    package func copy(from source: Span<Float>) {
        precondition(source.count <= count, "more values than the buffer holds")
        source.withUnsafeBufferPointer { values in
            if let address = values.baseAddress { base.update(from: address, count: values.count) }
        }
    }

    package func copy(from source: [Float]) { copy(from: source.span) }

    package func copy(from source: Buffer) {
        precondition(source.count <= count, "more values than the buffer holds")
        base.update(from: source.base, count: source.count)
    }

    package func copy(to target: inout MutableSpan<Float>, at start: Int = 0, count: Int) {
        precondition(count <= self.count && start + count <= target.count, "more values than the target holds")
        target.withUnsafeMutableBufferPointer { values in
            if let address = values.baseAddress { (address + start).update(from: base, count: count) }
        }
    }

    package var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Loops of operations read and write value by value: inlinable, so that they do not call across modules for each.
    @inlinable package subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    /// The same memory read as 32-bit integers (indices of a pooling, labels).
    var integers: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int32.self)
    }

    /// Writes a label at `index`, as the kernels read it: a 32-bit integer.
    package func set(_ label: Int32, at index: Int) {
        precondition(index >= 0 && index < count)
        integers[index] = label
    }
}
