import Foundation
import OssicleAudio
import OssicleKernels

extension EncoderSection.Name {
    /// Whether it reads waveforms, and not spectra.
    public var isOneDimensional: Bool { self == .resNet18OfWaveforms }
}

extension ObjectiveSection.PitchTarget {
    /// σ of a shift by the ratio r.
    package func size(ofRatio ratio: Float) -> Float {
        switch self {
        case .linear: ratio - 1
        case .octaves: log2(ratio)
        }
    }
}

extension Recipe {
    /// Length of a view's samples, in seconds.
    public var viewSeconds: Double {
        Double(frontend.samples(frames: data.viewFrames)) / Double(frontend.sampleRate)
    }

    /// Views of a clip in one step: anchor, positive, and where a loss asks for it the anchor at another pitch.
    public var viewsPerClip: Int {
        switch method {
        case .supervised: 1
        case .cola, .clar: 2
        case .multiStrategy: objective.frameWeight > 0 || objective.pitchWeight > 0 ? 3 : 2
        }
    }

    /// Whether labels take part in the training.
    public var usesLabels: Bool { method == .supervised || method == .clar && objective.labelWeight > 0 }

    /// Steps of the whole run.
    public func totalSteps(batchesPerEpoch: Int) -> Int {
        training.steps > 0 ? training.steps : training.epochs * batchesPerEpoch
    }

    /// A recipe's JSON, with the defaults of the keys that it lacks: those that are younger than the checkpoint.
    package static func completed(_ json: String) -> String {
        func object(_ data: Data?) -> [String: Any]? {
            data.flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
        }
        guard var all = object(try? JSONEncoder().encode(Recipe())), let saved = object(Data(json.utf8)) else {
            return json
        }
        for (name, value) in saved {
            if let section = value as? [String: Any], let defaults = all[name] as? [String: Any] {
                all[name] = defaults.merging(section) { $1 }
            } else {
                all[name] = value
            }
        }
        let data = try? JSONSerialization.data(withJSONObject: all)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? json
    }
}
