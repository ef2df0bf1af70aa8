/// A sound file that is decoded in consecutive blocks, from its beginning to its end.
///
/// The samples are the mean of the channels, resampled to the requested sample rate. The memory does not depend on the
/// length of the file. The samples do not depend on the sizes of the blocks: they are those that
/// ``AudioFile/read(_:sampleRate:from:count:warn:)`` returns for the complete file.
///
/// ```swift
/// var stream = try AudioStream("hour.flac", sampleRate: 16_000)
/// var block = [Float](repeating: 0, count: 16_000)
/// while case let count = try stream.read(into: &block), count > 0 { use(block[..<count]) }
/// ```
public struct AudioStream: ~Copyable {
    public var path: String { reader.path }
    /// The sample rate of the returned samples in Hz.
    public let sampleRate: Int
    /// The number of samples that were returned so far.
    public private(set) var position = 0
    /// The warning about a file that is cut off or damaged. It is known as soon as `read` has returned 0.
    public private(set) var shortfall: AudioShortfall?

    private var reader: SoundFileReader
    private let resampler: Resampler?
    /// Decoded and resampled samples. Those before the index `taken` were already returned.
    private var ready: [Float] = []
    private var taken = 0
    private var input: [Float] = []
    /// The index of the first sample in the file, at `sampleRate`.
    private let start: Int
    /// The number of samples that are still to be returned. If no number was requested, it is `Int.max` until the end
    /// of the file is known.
    private var remaining: Int
    /// The number of the first frame of the file that is not needed any more.
    private let inputEnd: Int
    private var isAtEnd = false

    /// Opens a file and reads its header.
    ///
    /// - Throws: ``AudioError`` if the file cannot be read, or if its header is not supported.
    public init(_ path: String, sampleRate: Int = 16_000) throws(AudioError) {
        try self.init(path, sampleRate: sampleRate, from: 0, count: nil)
    }

    /// Opens a file for reading a part of it. `from` and `count` are samples at `sampleRate`.
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

    /// Fills `block` with the next samples.
    ///
    /// - Returns: the number of samples that were written to the beginning of `block`. It is smaller than the size of
    ///   the block only at the end of the file. After the end, it is 0.
    public mutating func read(into block: inout MutableSpan<Float>) throws(AudioError) -> Int {
        try read(block.count, into: &block)
    }

    /// Writes the next `wanted` samples to the beginning of `block`. Returns the number of samples that were written.
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

    /// Fills an array with the next samples. The size of the array does not change.
    ///
    /// - Returns: the number of samples that were written to the beginning of `block`. It is smaller than the size of
    ///   the block only at the end of the file. After the end, it is 0.
    public mutating func read(into block: inout [Float]) throws(AudioError) -> Int {
        var span = block.mutableSpan
        return try read(into: &span)
    }

    /// Appends the next samples to `samples`, as many as have been decoded.
    ///
    /// - Returns: false at the end of the file.
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

    /// Decodes blocks until at least one sample is available. Returns false at the end of the file.
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

    /// Notes the end of the samples.
    ///
    /// - Parameter ofFile: true at the end of the file, false at the end of the requested part.
    private mutating func end(ofFile: Bool) throws(AudioError) {
        isAtEnd = true
        guard ofFile else { return }
        guard reader.position > 0 else { throw .noFrames(path: path) }
        shortfall = reader.shortfall
        let whole = AudioInfo.frames(reader.position, from: reader.sampleRate, to: sampleRate)
        remaining = min(remaining, max(0, whole - start - position))
    }

    /// Returns a + b, or `Int.max` on overflow.
    static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}

/// The frames of a file that are needed for the samples `start` ..< `end` at the same or another rate.
///
/// The time of the input frame k·down is exactly the time of the output sample k·up. If decoding starts at such a
/// frame, the resampled part has the same samples as the resampled file.
private struct ResampledPart {
    private(set) var inputStart = 0
    private(set) var inputEnd = Int.max
    /// The number of resampled samples before `start`, which are discarded.
    private(set) var outputsToDrop = 0

    /// A length that is longer than the filters of the resampler, in samples at the lower of the two rates.
    private static let margin = 1_024

    /// Creates a part at the sample rate of the file.
    init(start: Int, end: Int) {
        inputStart = start
        inputEnd = end
    }

    /// Creates a part that is resampled from the rate `from` to the rate `to`.
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
