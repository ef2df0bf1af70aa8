import OssicleBase

/// The sample rate, the number of channels and the length of a sound file.
public struct AudioInfo: Sendable, Equatable {
    /// The source of a file's length.
    public enum Length: Sendable, Equatable {
        /// The header states the length. A file that was cut off is shorter.
        case stated
        /// The length is estimated from the first frame of an MP3 file without a Xing header. With a variable bit rate,
        /// the real length can be several times as long, or much shorter.
        case estimated
        /// The header does not state the length, for example because the encoder wrote to a pipe. The file was decoded
        /// and its frames were counted.
        case counted
    }

    /// The supported sample rates in Hz. Headers with other sample rates are rejected.
    public static let sampleRates = 1_000...768_000
    /// The largest supported number of channels. It is also the limit of libsndfile.
    public static let mostChannels = 1_024

    /// The sample rate of the file in Hz.
    public let sampleRate: Int
    public let channels: Int
    /// The number of samples of one channel, at the sample rate of the file.
    public let frames: Int
    /// The source of the number of frames.
    public let length: Length

    public init(sampleRate: Int, channels: Int, frames: Int, length: Length = .stated) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.frames = frames
        self.length = length
    }

    /// The duration in seconds.
    public var seconds: Double { Double(frames) / Double(sampleRate) }

    /// Returns the number of frames after resampling to another rate, rounded to nearest.
    public func frames(at rate: Int) -> Int { Self.frames(frames, from: sampleRate, to: rate) }

    /// Returns ⌊frames · to / from + ½⌋, or `Int.max` if the result does not fit into an `Int`.
    static func frames(_ frames: Int, from: Int, to: Int) -> Int {
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: from)
        let whole = seconds.multipliedReportingOverflow(by: to)
        let sum = whole.partialValue.addingReportingOverflow((2 * rest * to + from) / (2 * from))
        return whole.overflow || sum.overflow ? .max : sum.partialValue
    }
}

/// A warning about a file that is used although it is cut off or damaged. The description is one sentence and names the
/// file.
public struct AudioShortfall: Sendable, Equatable, CustomStringConvertible {
    public let path: String
    /// The number of frames that the header states, at the sample rate of the file. It is nil if the header does not
    /// state a number. In this case, the decoder has reported an error.
    public let expected: Int?
    /// The number of frames that could be read.
    public let found: Int

    public var description: String { sentence.shown }

    private var sentence: String {
        guard let expected else { return "\(path) is damaged after its frame \(found); what comes before is used" }
        return
            "\(path) is cut off or damaged: its header promises \(expected) frames and \(found) could be read; those are used"
    }
}
