/// The numbers of a tensor: a range of floats in memory that a ``Program`` or a ``ParameterStore`` owns.
///
/// A buffer does not own its memory. It is valid as long as the owner exists.
public struct Buffer {
    @usableFromInline let base: UnsafeMutablePointer<Float>
    /// The number of floats.
    public let count: Int

    /// Returns the part of the buffer with `count` floats from index `start`.
    public func slice(_ start: Int, _ count: Int) -> Buffer {
        precondition(start >= 0 && count >= 0 && start + count <= self.count, "slice outside its buffer")
        return Buffer(base: base + start, count: count)
    }

    /// Sets the floats from index `start` to the end to zero.
    package func clear(from start: Int) { slice(start, count - start).fill(0) }

    /// Sets all floats to `value`.
    public func fill(_ value: Float) { base.update(repeating: value, count: count) }

    /// Copies `source` to the start of the buffer.
    public func copy(from source: Span<Float>) {
        precondition(source.count <= count, "more values than the buffer holds")
        source.withUnsafeBufferPointer { values in
            if let address = values.baseAddress { base.update(from: address, count: values.count) }
        }
    }

    /// Copies `source` to the start of the buffer.
    public func copy(from source: [Float]) { copy(from: source.span) }

    /// Copies `source` to the start of the buffer.
    public func copy(from source: Buffer) {
        precondition(source.count <= count, "more values than the buffer holds")
        base.update(from: source.base, count: source.count)
    }

    /// Copies the first `count` floats to `target`, from index `start` of `target`.
    package func copy(to target: inout MutableSpan<Float>, at start: Int = 0, count: Int) {
        precondition(
            start >= 0 && count <= self.count && start + count <= target.count, "more values than the target holds")
        target.withUnsafeMutableBufferPointer { values in
            if let address = values.baseAddress { (address + start).update(from: base, count: count) }
        }
    }

    /// Whether no value is NaN or infinite.
    package var isFinite: Bool {
        // Zero times a value that is not finite is NaN, and the sum stays NaN.
        UnsafeBufferPointer(start: base, count: count).reduce(into: Float(0)) { $0 += 0 * $1 } == 0
    }

    /// A copy of the floats.
    public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// The float at `index`.
    ///
    /// It is inlinable, because operations of other modules access single floats in loops. A function call for each
    /// float would be slow.
    @inlinable public subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    /// The address of the same memory as 32-bit integers, for the indices of a pooling and for labels.
    var integers: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int32.self)
    }

    /// Calls `body` with the memory of the buffer, for kernels that are written in C.
    public func withUnsafeMutableBufferPointer<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeMutableBufferPointer(start: base, count: count))
    }

    /// Returns the label at `index`. Labels are stored as 32-bit integers in the memory of floats.
    public func label(at index: Int) -> Int32 {
        precondition(index >= 0 && index < count)
        return integers[index]
    }

    /// Writes a label at `index` as a 32-bit integer. The kernels read labels in this format.
    public func set(_ label: Int32, at index: Int) {
        precondition(index >= 0 && index < count)
        integers[index] = label
    }
}
