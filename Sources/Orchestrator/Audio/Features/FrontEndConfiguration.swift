import Foundation
import OssicleKernels

/// Which front end, and its parameters.
///
/// Its other keys are log-mel's, and say the same of every front end that has them: rate, hop, bands, lowest and highest
/// frequency. What a front end does not have, such as the CLAR spectra's window, it does not read.
@dynamicMemberLookup
public struct FrontEndConfiguration: Sendable, Equatable {
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Log-mel spectra, one channel (COLA, multi-strategy).
        case logMel = "log-mel"
        /// Magnitude, phase and mel, three channels (CLAR), as the authors' code has it.
        case clar
        /// The same, as the paper has it.
        case clarPaper = "clar-paper"
        /// The samples. A frame is a sample.
        case waveform
    }

    public var name: Name = .logMel
    /// The parameters, as log-mel takes them.
    public var logMel: LogMelConfiguration

    public init(_ logMel: LogMelConfiguration) { self.logMel = logMel }

    public subscript<T>(dynamicMember path: WritableKeyPath<LogMelConfiguration, T>) -> T {
        get { logMel[keyPath: path] }
        set { logMel[keyPath: path] = newValue }
    }

    /// Samples from one frame to the next.
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

    /// The parameters of the front ends `clar` and `clar-paper`; nil for others.
    public var spectra: CLARSpectraConfiguration? {
        guard case .spectra(let spectra) = kind else { return nil }
        return spectra
    }

    /// The log-mel spectra that a baseline of this front end reads: its own, or the default's where it has none.
    public var baseline: LogMelConfiguration {
        var baseline = name == .logMel ? logMel : LogMelConfiguration()
        baseline.sampleRate = logMel.sampleRate
        baseline.highHertz = min(baseline.highHertz, Float(logMel.sampleRate) / 2)
        return baseline
    }

    public var bands: Int { name == .waveform ? 1 : logMel.melBands }
    public var channels: Int { silence.count }
    public var valuesPerFrame: Int { bands * channels }

    /// What silence looks like, a value a channel.
    public var silence: [Float] {
        switch kind {
        case .logMel(let logMel): [log(logMel.floor)]
        case .spectra(let spectra): spectra.variant.silence
        case .waveform: [0]
        }
    }

    /// The samples under a view of `frames` frames.
    public func samples(frames: Int) -> Int {
        switch kind {
        case .logMel(let logMel): logMel.samples(frames: frames)
        case .spectra(let spectra): spectra.samples(frames: frames)
        case .waveform: frames
        }
    }

    /// Tabulates what the front end needs.
    public func makeFrontEnd() throws(FeatureError) -> any FrontEnd {
        switch kind {
        case .logMel(let logMel): return try LogMel(logMel)
        case .spectra(let spectra): return try CLARSpectra(spectra)
        case .waveform: return Waveform()
        }
    }
}
