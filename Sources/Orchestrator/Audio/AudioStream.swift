/// A sound file decoded from its beginning to its end: the mean of the channels at the wanted rate, in consecutive blocks.
///
/// The memory is the same for every length of file. The blocks, whatever their sizes, are the samples that
/// ``AudioFile/read(_:sampleRate:from:count:warn:)`` gives at once, which reads by this.
///
/// ```swift
/// var stream = try AudioStream("hour.flac", sampleRate: 16_000)
/// var block = [Float](repeating: 0, count: 16_000)
/// while case let count = try stream.read(into: &block), count > 0 { use(block[..<count]) }
/// ```
public struct AudioStream: ~Copyable {
    public var path: String { reader.path }
    /// Hz, of the samples that it gives.
    public let sampleRate: Int
    /// Number of the samples given so far.
    public private(set) var position = 0
    /// What the file lacks of what its header promises; known once `read` has given 0.
    public private(set) var shortfall: AudioShortfall?

    private var reader: SoundFileReader
    private let resampler: Resampler?
    /// Samples that are decoded and resampled but not yet given: those from `taken` on.
    private var ready: [Float] = []
    private var taken = 0
    private var input: [Float] = []
    /// The first sample, at `sampleRate`.
    private let start: Int
    /// Samples yet to be given; `Int.max` until the end of the file is known.
    private var remaining: Int
    /// Frames of the file from here on are not needed.
    private let inputEnd: Int
    private var isAtEnd = false

    /// Opens a file and reads its header.
    public init(_ path: String, sampleRate: Int = 16_000) throws(AudioError) {
        try self.init(path, sampleRate: sampleRate, from: 0, count: nil)
    }

    /// The part of a file from a sample on, both at `sampleRate`.
    init(_ path: String, sampleRate: Int, from: Int, count: Int?) throws(AudioError) {
        try self.init(SoundFileReader(path), sampleRate: sampleRate, from: from, count: count)
    }

    init(_ reader: consuming SoundFileReader, sampleRate: Int, from: Int, count: Int?) throws(AudioError) {
        precondition(sampleRate >= 1 && from >= 0 && (count ?? 0) >= 0, "rates and ranges are not negative")
        let end = count.map { Self.sum(from, $0) } ?? .max
        var part = ResampledPart(start: from, end: end)
        var resampler: Resampler?
        if reader.sampleRate != sampleRate {
            part = ResampledPart(from: reader.sampleRate, to: sampleRate, start: from, end: end)
            resampler = try Resampler(
                path: reader.path, from: reader.sampleRate, to: sampleRate, dropping: part.outputsToDrop)
        }
        if part.inputStart > 0 { try reader.skip(to: part.inputStart) }
        self.sampleRate = sampleRate
        start = from
        remaining = count ?? .max
        inputEnd = part.inputEnd
        self.resampler = resampler
        self.reader = reader
    }

    /// Fills `block` from its beginning with the samples that come next.
    ///
    /// - Returns: How many there were: fewer than asked for at the end of the file only, then 0.
    public mutating func read(into block: inout MutableSpan<Float>) throws(AudioError) -> Int {
        try read(block.count, into: &block)
    }

    /// The same for the first `wanted` places of `block`.
    package mutating func read(_ wanted: Int, into block: inout MutableSpan<Float>) throws(AudioError) -> Int {
        var filled = 0
        while filled < wanted, try prepare() {
            let count = min(wanted - filled, available)
            for i in 0..<count { block[filled + i] = ready[taken + i] }
            filled += count
            take(count)
        }
        return filled
    }

    /// The same for an array, all of whose values may be replaced.
    public mutating func read(into block: inout [Float]) throws(AudioError) -> Int {
        var span = block.mutableSpan
        return try read(into: &span)
    }

    /// Appends the samples that come next, as many as are at hand, to `samples`; false at the end of the file.
    package mutating func readSome(appendingTo samples: inout [Float]) throws(AudioError) -> Bool {
        guard try prepare() else { return false }
        let count = available
        samples.append(contentsOf: ready[taken..<taken + count])
        take(count)
        return true
    }

    private var available: Int { min(ready.count - taken, remaining) }

    private mutating func take(_ count: Int) {
        taken += count
        position += count
        remaining -= count
    }

    /// Decodes until a sample is at hand; false at the end.
    private mutating func prepare() throws(AudioError) -> Bool {
        while available == 0 {
            if isAtEnd || remaining == 0 { return false }
            ready.removeAll(keepingCapacity: true)
            taken = 0
            try decodeBlock()
        }
        return true
    }

    private mutating func decodeBlock() throws(AudioError) {
        let wanted = min(reader.blockFrames, max(0, inputEnd - reader.position))
        guard let resampler else {
            if try reader.read(wanted, appendingTo: &ready) == 0 { try end(ofFile: wanted > 0) }
            return
        }
        input.removeAll(keepingCapacity: true)
        if try reader.read(wanted, appendingTo: &input) > 0 {
            try resampler.feed(input, appendingTo: &ready)
        } else {
            try end(ofFile: wanted > 0)
            try resampler.finish(&ready, count: remaining)
        }
    }

    private mutating func end(ofFile: Bool) throws(AudioError) {
        isAtEnd = true
        guard ofFile else { return }
        guard reader.position > 0 else { throw .noFrames(path: path) }
        shortfall = reader.shortfall
        let whole = AudioInfo.frames(reader.position, from: reader.sampleRate, to: sampleRate)
        remaining = min(remaining, max(0, whole - start - position))
    }

    static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}

/// Which frames of a file give samples `start` ..< `end` at the same or another rate.
///
/// Input k·down falls on output k·up exactly: starting there keeps the phase of the whole file.
private struct ResampledPart {
    private(set) var inputStart = 0
    private(set) var inputEnd = Int.max
    private(set) var outputsToDrop = 0

    /// Longer than the resampler's filters, in samples at the lower of the two rates.
    private static let margin = 1_024

    /// At the file's own rate.
    init(start: Int, end: Int) {
        inputStart = start
        inputEnd = end
    }

    init(from: Int, to: Int, start: Int, end: Int) {
        let divisor = Self.greatestCommonDivisor(from, to)
        let (up, down) = (to / divisor, from / divisor)
        let reach = Self.margin * max(1, (to + from - 1) / from)
        let first = max(0, start - reach) / up
        outputsToDrop = start - first * up
        let scaledStart = first.multipliedReportingOverflow(by: down)
        inputStart = scaledStart.overflow ? .max : scaledStart.partialValue
        let scaledEnd = AudioStream.sum(end, reach).multipliedReportingOverflow(by: down)
        if !scaledEnd.overflow { inputEnd = AudioStream.sum(scaledEnd.partialValue, up - 1) / up }
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
