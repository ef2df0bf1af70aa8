/// A stream of random numbers from a counter-based generator (Philox4x32-10).
///
/// A number depends only on the key of its stream and on its position in the stream. It does not depend on the thread
/// that draws it, or on the order of draws from other streams. Each use of random numbers has its own key: (seed,
/// purpose, epoch, clip, view).
///
/// *Reference:* Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: RandomNumberGenerator, Sendable {
    /// The use of a stream. The raw value is part of the key and must not change between versions.
    public enum Purpose: UInt32, Sendable {
        case initialization = 1
        /// The order of the clips in an epoch.
        case order
        case crop
        /// The noise that is added to positive views.
        case noise
        case levelJitter
        /// The time masks of spectrograms. ``waveformMask`` is used for waveforms.
        case timeMask
        case frequencyMask
        case dropConnect
        case probe
        case bootstrap
        case corpus
        /// The pitch shift of views. ``chainShift`` is used for augmentation chains.
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
        /// The time masks of waveforms in augmentation chains.
        case waveformMask
        /// The time stretching in augmentation chains.
        case chainStretch
        /// The pitch shifting in augmentation chains.
        case chainShift
        /// The white noise in augmentation chains.
        case whiteNoise
        /// The selection of the clips whose labels are used.
        case labels
    }

    private let key: (UInt32, UInt32)
    private var counter: (UInt32, UInt32, UInt32, UInt32)
    private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    private var used = 4

    /// Creates the stream with a given key.
    ///
    /// - Parameters:
    ///   - seed: the seed of the run.
    ///   - purpose: the use of the stream.
    ///   - epoch: the epoch or the step, depending on the purpose. At most 2³² − 1.
    ///   - clip: the index of the clip, or the index of the parameter tensor for initialization. At most 2³² − 1.
    ///   - view: the index of the view of that clip, below 256.
    public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, clip: Int = 0, view: Int = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        // The lowest counter word is the number of the block in this stream. The other three words complete the key.
        counter = (
            0, UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: clip),
            purpose.rawValue << 8 | UInt32(truncatingIfNeeded: view) & 0xFF
        )
    }

    /// Draws 32 random bits.
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

    /// Draws four words at once. Words of the last block that `nextWord()` has not yet returned are kept for it.
    mutating func nextBlock() -> (UInt32, UInt32, UInt32, UInt32) {
        defer { counter.0 &+= 1 }
        return Self.philox(counter, key)
    }

    /// Draws 64 random bits.
    public mutating func next() -> UInt64 {
        let low = nextWord()
        return UInt64(nextWord()) << 32 | UInt64(low)
    }

    /// Draws a number that is uniform in 0 ..< 1, with 24 random bits.
    public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

    /// Draws a number that is uniform from `low` to `high`. Because of rounding, it can be equal to `high`.
    public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// Draws an integer that is uniform in 0 ..< `bound`, by a multiplication. The bias is below 2⁻³²·bound.
    ///
    /// - Parameter bound: a positive number, at most 2³².
    public mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(nextWord()) &* UInt64(bound)) >> 32)
    }

    /// Puts `items` into random order, with the Fisher–Yates method.
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
