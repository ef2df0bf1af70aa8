import CKernels
import Testing

/// Calls `body` with every instruction set of this machine, and then selects the previous one again.
///
/// - Parameter body: Receives the name of the instruction set.
func forEachInstructionSet(_ body: (String) throws -> Void) rethrows {
    let active = ck_isa_active()
    defer { _ = ck_isa_select(active) }
    for raw in 0..<CK_ISA_COUNT.rawValue {
        let isa = ck_isa(rawValue: raw)
        guard ck_isa_available(isa) == 1, ck_isa_select(isa) == CK_OK else { continue }
        try body(String(cString: ck_isa_name(isa)))
    }
}

/// An array of floats, 64-byte aligned, followed by a protected page, and freed with the object.
final class Floats {
    let count: Int
    let pointer: UnsafeMutablePointer<Float>
    private let memory: GuardedMemory
    private let capacity: Int
    /// The size is rounded up to a multiple of 64 bytes. The values after the end are NaN, to detect reads and writes
    /// after the end that do not reach the protected page.
    init(_ count: Int, _ value: (Int) -> Float = { _ in 0 }) {
        self.count = count
        memory = GuardedMemory(bytes: count * 4)
        capacity = memory.bytes / 4
        pointer = memory.base.bindMemory(to: Float.self, capacity: capacity)
        for i in 0..<count { pointer[i] = value(i) }
        for i in count..<capacity { pointer[i] = .nan }
    }
    subscript(i: Int) -> Float {
        get { pointer[i] }
        set { pointer[i] = newValue }
    }
    var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
    /// True if no value was written after the end.
    var isIntact: Bool { (count..<capacity).allSatisfy { pointer[$0].isNaN } }
}

/// An array of bfloat16 values, 64-byte aligned, followed by a protected page, and freed with the object.
final class Halves {
    let count: Int
    let pointer: UnsafeMutablePointer<UInt16>
    private let memory: GuardedMemory
    private let capacity: Int
    private static let canary: UInt16 = 0x7fbf

    init(_ count: Int) {
        self.count = count
        memory = GuardedMemory(bytes: count * 2)
        capacity = memory.bytes / 2
        pointer = memory.base.bindMemory(to: UInt16.self, capacity: capacity)
        for i in 0..<capacity { pointer[i] = Self.canary }
    }

    /// Contains `floats`, rounded to bfloat16. The values of `floats` are rounded too.
    convenience init(rounding floats: Floats) {
        self.init(floats.count)
        for i in 0..<count {
            pointer[i] = Halves.rounded(floats[i])
            floats[i] = Float(bitPattern: UInt32(pointer[i]) << 16)
        }
    }

    var values: [UInt16] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
    /// True if no value was written after the end.
    var isIntact: Bool { (count..<capacity).allSatisfy { pointer[$0] == Self.canary } }

    /// The bfloat16 number that is nearest to `value`, or the even one of two that are equally near.
    static func rounded(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        guard !value.isNaN else { return UInt16(bits >> 16) | 0x40 }
        let (below, rest) = (UInt16(bits >> 16), bits & 0xffff)
        return rest > 0x8000 || rest == 0x8000 && below % 2 == 1 ? below + 1 : below
    }
}

extension ck_depthwise {
    /// The plan of a depthwise convolution, or nil if the shape is refused.
    static func planned(
        _ n: Int, _ h: Int, _ w: Int, _ c: Int, kernel: Int, stride: (Int, Int) = (1, 1)
    ) -> ck_depthwise? {
        var plan = ck_depthwise()
        var shape = ck_depthwise_shape(
            N: n, H: h, W: w, C: c, kernel: kernel, stride_h: stride.0, stride_w: stride.1)
        let status = ck_depthwise_plan(&plan, &shape)
        #expect(status == CK_OK || status == CK_INVALID_SHAPE)
        return status == CK_OK ? plan : nil
    }
}

extension ck_output {
    init(_ y: Floats, _ statistics: Floats? = nil) {
        self.init(y: y.pointer, y16: nil, statistics: statistics?.pointer)
    }
    init(_ y: Halves, _ statistics: Floats? = nil) {
        self.init(y: nil, y16: y.pointer, statistics: statistics?.pointer)
    }
}

/// A small deterministic generator for test data.
struct TestRandom {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    /// A uniformly distributed number in −1 ..< 1.
    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
    }
    mutating func floats(_ count: Int, scale: Float = 1, offset: Float = 0) -> Floats {
        let result = Floats(count)
        for i in 0..<count { result[i] = offset + scale * next() }
        return result
    }
}

/// An execution environment with `threads` threads. The scratch memory of each thread is followed by a protected page.
final class TestExecution {
    var exec: ck_exec
    private let pool: OpaquePointer
    private let memory: GuardedMemory
    init(threads: Int, scratchBytes: Int) {
        var created: OpaquePointer?
        precondition(ck_pool_create(Int32(threads), &created) == CK_OK)
        pool = created!
        memory = GuardedMemory(parts: threads, bytes: scratchBytes)
        exec = ck_exec(pool: pool, scratch: memory.base, scratch_bytes: memory.pitch)
    }
    deinit { ck_pool_destroy(pool) }
}
