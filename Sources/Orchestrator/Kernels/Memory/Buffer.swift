/// The numbers of a tensor: a range of floats that a ``Program`` or a ``ParameterStore`` owns. A buffer owns nothing. It is valid
/// as long as its owner exists.
public struct Buffer {
    @usableFromInline let base: UnsafeMutablePointer<Float>
    public let count: Int

    /// `count` floats from `start` on.
    public func slice(_ start: Int, _ count: Int) -> Buffer {
        precondition(start >= 0 && count >= 0 && start + count <= self.count, "slice outside its buffer")
        return Buffer(base: base + start, count: count)
    }

    /// Zeros from `start` to the end.
    package func clear(from start: Int) { slice(start, count - start).fill(0) }

    public func fill(_ value: Float) { base.update(repeating: value, count: count) }

    /// Copies `source` to the buffer's start.
    public func copy(from source: Span<Float>) {
        precondition(source.count <= count, "more values than the buffer holds")
        source.withUnsafeBufferPointer { values in
            if let address = values.baseAddress { base.update(from: address, count: values.count) }
        }
    }

    public func copy(from source: [Float]) { copy(from: source.span) }

    public func copy(from source: Buffer) {
        precondition(source.count <= count, "more values than the buffer holds")
        base.update(from: source.base, count: source.count)
    }

    package func copy(to target: inout MutableSpan<Float>, at start: Int = 0, count: Int) {
        precondition(count <= self.count && start + count <= target.count, "more values than the target holds")
        target.withUnsafeMutableBufferPointer { values in
            if let address = values.baseAddress { (address + start).update(from: base, count: count) }
        }
    }

    package var isFinite: Bool {
        // Zero times a value that is not finite is NaN, which stays NaN in the sum.
        UnsafeBufferPointer(start: base, count: count).reduce(into: Float(0)) { $0 += 0 * $1 } == 0
    }

    public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Loops of operations read and write value by value: inlinable, so that they do not call across modules for each.
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

    /// The same memory read as 32-bit integers (indices of a pooling, labels).
    var integers: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int32.self)
    }

    /// Calls `body` with the memory itself, for kernels that are written in C.
    public func withUnsafeMutableBufferPointer<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeMutableBufferPointer(start: base, count: count))
    }

    /// The label at `index`: labels are 32-bit integers in the memory of floats.
    public func label(at index: Int) -> Int32 {
        precondition(index >= 0 && index < count)
        return integers[index]
    }

    /// Writes a label at `index`, as the kernels read it: a 32-bit integer.
    public func set(_ label: Int32, at index: Int) {
        precondition(index >= 0 && index < count)
        integers[index] = label
    }
}
