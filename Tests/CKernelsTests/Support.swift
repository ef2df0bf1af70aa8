import CKernels
import Testing

/// Runs `body` under every instruction set of this machine, and restores the active one.
func forEachInstructionSet(_ body: (String) throws -> Void) rethrows {
    let active = ck_isa_active()
    defer { _ = ck_isa_select(active) }
    for raw in 0..<CK_ISA_COUNT.rawValue {
        let isa = ck_isa(rawValue: raw)
        guard ck_isa_available(isa) == 1, ck_isa_select(isa) == CK_OK else { continue }
        try body(String(cString: ck_isa_name(isa)))
    }
}

/// 64-byte aligned floats before a page that nobody may touch, freed with the object.
final class Floats {
    let count: Int
    let pointer: UnsafeMutablePointer<Float>
    private let memory: GuardedMemory
    private let capacity: Int
    /// What fills the last 64 bytes holds NaN, to betray a read or write past the end that the page does not.
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
    /// True while nothing was written past the end.
    var isIntact: Bool { (count..<capacity).allSatisfy { pointer[$0].isNaN } }
}

/// bfloat16 values, 64-byte aligned before a page that nobody may touch, freed with the object.
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

    /// Rounds `floats` in place to what bfloat16 holds, and holds it.
    convenience init(rounding floats: Floats) {
        self.init(floats.count)
        for i in 0..<count {
            pointer[i] = Halves.rounded(floats[i])
            floats[i] = Float(bitPattern: UInt32(pointer[i]) << 16)
        }
    }

    var values: [UInt16] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
    /// True while nothing was written past the end.
    var isIntact: Bool { (count..<capacity).allSatisfy { pointer[$0] == Self.canary } }

    /// The nearer of the two bfloat16 around a number, the even one of two that are as near.
    static func rounded(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        guard !value.isNaN else { return UInt16(bits >> 16) | 0x40 }
        let (below, rest) = (UInt16(bits >> 16), bits & 0xffff)
        return rest > 0x8000 || rest == 0x8000 && below % 2 == 1 ? below + 1 : below
    }
}

/// A small deterministic generator for test data.
struct TestRandom {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    /// Uniform in −1 ..< 1.
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

/// A pool and scratch for `threads` lanes, each lane's before a page that nobody may touch.
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
