/// Counter-based randomness (Philox4x32-10): a draw depends on its key and its number alone, never on which thread asks
/// or in what order. Every use has a key of its own: (seed, epoch, clip, view, transform).
///
/// *Reference:* Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: RandomNumberGenerator, Sendable {
    /// What a stream is for; the raw value is part of the key and must not change between versions.
    public enum Purpose: UInt32, Sendable {
        case initialization = 1
        case order
        case crop
        case noise
        case levelJitter
        case timeMask
        case frequencyMask
        case dropConnect
        case probe
        case bootstrap
        case corpus
        case pitchShift
        case timeStretch
        case fade
        case timeShift
        case mixedNoise
        case soundscape
        case dropout
        case test
        case background
        case trim
        case bandLimit
        case waveformMask
        case chainStretch
        case chainShift
        case whiteNoise
        case labels
    }

    private let key: (UInt32, UInt32)
    private var counter: (UInt32, UInt32, UInt32, UInt32)
    private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    private var used = 4

    /// - Parameters:
    ///   - seed: the run's seed.
    ///   - epoch: epoch or step, whichever the purpose counts; at most 2³² − 1.
    ///   - clip: index of the clip (or of the parameter tensor, for initialisation).
    ///   - view: number of the view of that clip, below 256.
    public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, clip: Int = 0, view: Int = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        // The lowest counter word numbers the blocks of this stream; the other three are the key's rest.
        counter = (
            0, UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: clip),
            purpose.rawValue << 8 | UInt32(truncatingIfNeeded: view) & 0xFF
        )
    }

    public mutating func nextWord() -> UInt32 {
        if used == 4 {
            block = nextBlock()
            used = 0
        }
        defer { used += 1 }
        switch used {
        case 0: return block.0
        case 1: return block.1
        case 2: return block.2
        default: return block.3
        }
    }

    /// Four words at once. Words of the last block that ``nextWord()`` has not yet given stay for it.
    mutating func nextBlock() -> (UInt32, UInt32, UInt32, UInt32) {
        defer { counter.0 &+= 1 }
        return Self.philox(counter, key)
    }

    public mutating func next() -> UInt64 {
        let low = nextWord()
        return UInt64(nextWord()) << 32 | UInt64(low)
    }

    /// Uniform in 0 ..< 1, 24 bits.
    public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

    /// Uniform in `low` ..< `high`.
    public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// Uniform integer in 0 ..< `bound`, by multiplication (bias below 2⁻³²·bound). `bound` > 0.
    public mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(nextWord()) &* UInt64(bound)) >> 32)
    }

    /// Fisher–Yates, in place.
    public mutating func shuffle<T>(_ items: inout [T]) {
        guard items.count > 1 else { return }
        for i in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(i, index(below: i + 1)) }
    }

    private static func philox(
        _ input: (UInt32, UInt32, UInt32, UInt32), _ initialKey: (UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var (c0, c1, c2, c3) = input
        var (k0, k1) = initialKey
        for _ in 0..<10 {
            let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
            let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return (c0, c1, c2, c3)
    }
}
