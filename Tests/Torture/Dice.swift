/// A generator of random numbers (SplitMix64). A trial has its own, seeded by its kind, seed and number, so that it can be
/// repeated alone.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(kind: String, seed: UInt64, number: Int) {
        // 64-bit FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(kind) \(seed) \(number)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        state = hash
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to below `count`; 0 if `count` is not positive.
    mutating func below(_ count: Int) -> Int { count > 0 ? Int(next() % UInt64(count)) : 0 }

    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// A number from 0 to below 1.
    mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func happens(_ probability: Double) -> Bool { share() < probability }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    /// A small count: mostly 1, seldom up to `most`.
    mutating func few(_ most: Int) -> Int {
        var count = 1
        while count < most, happens(0.4) { count += 1 }
        return count
    }

    /// A part of 0..<count, mostly short.
    mutating func part(of count: Int) -> Range<Int> {
        let start = below(count)
        let longest = happens(0.7) ? min(16, count - start) : count - start
        return start..<start + (longest > 0 ? number(1...longest) : 0)
    }
}
