/// What is known of a file before it is decoded.
public struct AudioInfo: Sendable, Equatable {
    /// Where a file's length comes from.
    public enum Length: Sendable, Equatable {
        /// The header states it. A file that was cut off holds less.
        case stated
        /// Estimated from the first frame of an MP3 without a Xing header. With a variable bit rate the file may hold many
        /// times as much, or a part of it.
        case estimated
        /// The header leaves it open, as an encoder does that writes into a pipe: the file was decoded and counted.
        case counted
    }

    /// Sample rates that are taken for a sound's, in Hz.
    public static let sampleRates = 1_000...768_000
    /// libsndfile's limit as well.
    public static let mostChannels = 1_024

    /// Hz.
    public let sampleRate: Int
    public let channels: Int
    /// Samples of one channel, at the file's own rate, as `length` says.
    public let frames: Int
    public let length: Length

    public init(sampleRate: Int, channels: Int, frames: Int, length: Length = .stated) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.frames = frames
        self.length = length
    }

    public var seconds: Double { Double(frames) / Double(sampleRate) }

    /// Samples of the whole file at another rate, rounded to nearest.
    public func frames(at rate: Int) -> Int { Self.frames(frames, from: sampleRate, to: rate) }

    /// ⌊frames · to / from + ½⌋; `Int.max` where that is greater.
    static func frames(_ frames: Int, from: Int, to: Int) -> Int {
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: from)
        let whole = seconds.multipliedReportingOverflow(by: to)
        let sum = whole.partialValue.addingReportingOverflow((2 * rest * to + from) / (2 * from))
        return whole.overflow || sum.overflow ? .max : sum.partialValue
    }
}

/// A file that is used although it does not hold what its header promises.
public struct AudioShortfall: Sendable, Equatable, CustomStringConvertible {
    public let path: String
    /// Frames at the file's own rate; nil where the header promises nothing and the decoder met an error.
    public let expected: Int?
    public let found: Int

    public var description: String {
        guard let expected else { return "\(path) is damaged after its frame \(found); what comes before is used" }
        return
            "\(path) is cut off or damaged: its header promises \(expected) frames and \(found) could be read; those are used"
    }
}
