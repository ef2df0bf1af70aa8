import Foundation
import OssicleKernels

/// The name of a front end, and its parameters.
///
/// The parameters of all front ends are stored as those of the log-mel front end. The sample rate, the hop length, the
/// number of bands, and the lowest and highest frequency have the same meaning for each front end that uses them. A
/// front end ignores parameters that it does not have. For example, CLAR spectra ignore the length of the window.
@dynamicMemberLookup
public struct FrontEndConfiguration: Sendable, Equatable {
    /// The names of the front ends in recipes.
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Log-mel spectra with one channel (COLA, multi-strategy).
        case logMel = "log-mel"
        /// CLAR spectra (magnitude, phase and mel bands, three channels) as in the code of CLAR's authors.
        case clar
        /// CLAR spectra as in the paper.
        case clarPaper = "clar-paper"
        /// The samples of the waveform. A frame is a sample.
        case waveform
    }

    public var name: Name = .logMel
    /// The parameters of the front end, in the form of the log-mel front end.
    public var logMel: LogMelConfiguration

    public init(_ logMel: LogMelConfiguration) { self.logMel = logMel }

    /// The parameters of the log-mel front end as properties of this type.
    public subscript<T>(dynamicMember path: WritableKeyPath<LogMelConfiguration, T>) -> T {
        get { logMel[keyPath: path] }
        set { logMel[keyPath: path] = newValue }
    }

    /// The hop length in samples: the distance between the starts of two neighboring frames. It is 1 for the waveform.
    public var hopSamples: Int {
        get { name == .waveform ? 1 : logMel.hopSamples }
        set { logMel.hopSamples = newValue }
    }

    private enum Kind {
        case logMel(LogMelConfiguration)
        case spectra(CLARSpectraConfiguration)
        case waveform
    }

    private var kind: Kind {
        switch name {
        case .logMel: .logMel(logMel)
        case .clar: .spectra(spectra(.code))
        case .clarPaper: .spectra(spectra(.paper))
        case .waveform: .waveform
        }
    }

    private func spectra(_ variant: CLARSpectraConfiguration.Variant) -> CLARSpectraConfiguration {
        var spectra = CLARSpectraConfiguration(variant)
        spectra.sampleRate = logMel.sampleRate
        spectra.hopSamples = logMel.hopSamples
        spectra.bands = logMel.melBands
        spectra.lowHertz = logMel.lowHertz
        spectra.highHertz = logMel.highHertz
        return spectra
    }

    /// The parameters of the front ends `clar` and `clar-paper`. It is nil for other front ends.
    public var spectra: CLARSpectraConfiguration? {
        guard case .spectra(let spectra) = kind else { return nil }
        return spectra
    }

    /// The configuration of the log-mel spectra that the `logmel` baseline uses. For the log-mel front end, it has the
    /// same parameters. For other front ends, it has the default parameters with the same sample rate.
    public var baseline: LogMelConfiguration {
        var baseline = name == .logMel ? logMel : LogMelConfiguration()
        baseline.sampleRate = logMel.sampleRate
        baseline.highHertz = min(baseline.highHertz, Float(logMel.sampleRate) / 2)
        return baseline
    }

    /// The number of bands. It is 1 for the waveform.
    public var bands: Int { name == .waveform ? 1 : logMel.melBands }
    /// The number of channels.
    public var channels: Int { silence.count }
    /// The number of values of one frame: bands · channels.
    public var valuesPerFrame: Int { bands * channels }

    /// The output of the front end for silence, with one value for each channel.
    public var silence: [Float] {
        switch kind {
        case .logMel(let logMel): [log(logMel.floor)]
        case .spectra(let spectra): spectra.variant.silence
        case .waveform: [0]
        }
    }

    /// Returns the number of samples for a view of `frames` frames.
    public func samples(frames: Int) -> Int {
        switch kind {
        case .logMel(let logMel): logMel.samples(frames: frames)
        case .spectra(let spectra): spectra.samples(frames: frames)
        case .waveform: frames
        }
    }

    /// Creates the front end, with its tables.
    ///
    /// - Throws: ``FeatureError/invalidValue(key:value:expected:)`` if a parameter is out of range.
    public func makeFrontEnd() throws(FeatureError) -> any FrontEnd {
        switch kind {
        case .logMel(let logMel): return try LogMel(logMel)
        case .spectra(let spectra): return try CLARSpectra(spectra)
        case .waveform: return Waveform()
        }
    }
}
