import Foundation
import Orchestrator
import Testing

/// Numbers that PyTorch made alike (Fixtures/hashed_values.py), so that no fixture stores its weights:
///
///     z = splitmix64(parameter·2³² + i)      u = (z >> 40)·2⁻²³ − 1      value = offset + scale·u, in float32
///
/// i counts in PyTorch's memory order: (out, in, kernel height, kernel width) for convolutions, (out, in) for dense ones.
func hashedValues(parameter: Int, count: Int, scale: Float, offset: Float = 0) -> [Float] {
    (0..<count).map { i in
        var z = (UInt64(parameter) << 32 &+ UInt64(i) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return offset + scale * (Float(z >> 40) * 0x1p-23 - 1)
    }
}

/// Where a tensor of `count` elements is sampled, in PyTorch's memory order: floor(count·frac((k + 1)·φ)).
func sampleIndices(count: Int, samples: Int) -> [Int] {
    (1...samples).map { k in Int((UInt64(UInt32(truncatingIfNeeded: k &* 0x9E37_79B9)) &* UInt64(count)) >> 32) }
}

/// Golden values of COLA's training step (Fixtures/cola_reference.py says what and how).
struct GoldenValues: Decodable {
    /// A parameter; its number, for ``hashedValues(parameter:count:scale:offset:)``, is its position in the list.
    struct Parameter: Decodable {
        var name: String
        var shape: [Int]
        var scale: Float
        var offset: Float
        var count: Int { shape.reduce(1, *) }
    }

    /// What is kept of a tensor in double precision, and how far PyTorch in float32 was off.
    struct Summary: Decodable {
        var name: String
        /// PyTorch's: (N, C, H, W) for maps, H is time.
        var shape: [Int]
        var sum: Double
        var norm: Double
        /// At ``sampleIndices(count:samples:)``.
        var samples: [Double]
        /// ‖single − exact‖ / ‖exact‖.
        var error32: Double
        var maxError32: Double
        /// Of weights after the ten steps: the error as a share of the way that the weights went.
        var updateError32: Double?
        /// Of weights after the ten steps: ‖exact − start‖.
        var way: Double?

        var count: Int { shape.reduce(1, *) }
        /// Mathematically zero: what is left is rounding noise, in double (norm) and in float32 (maxError32).
        var isZero: Bool { norm < 1e-9 }

        /// The samples' places in a (N, H, W, C) map.
        var channelsLastIndices: [Int] {
            let indices = sampleIndices(count: count, samples: samples.count)
            guard shape.count == 4 else { return indices }
            let (channels, area) = (shape[1], shape[2] * shape[3])
            return indices.map { index in
                let (image, rest) = index.quotientAndRemainder(dividingBy: channels * area)
                let (channel, place) = rest.quotientAndRemainder(dividingBy: area)
                return (image * area + place) * channels + channel
            }
        }

        /// The tensor, in PyTorch's memory order, against the samples, in units of its own root mean square.
        func expectClose(_ values: [Float], factor: Double) {
            let rms = norm / Double(count).squareRoot()
            // An error's largest entry is some times its root mean square; where PyTorch's float32 happens to be exact,
            // one ulp of the largest value still is.
            let allowed =
                isZero ? factor * max(maxError32, 1e-7) : factor * max(maxError32, 4 * error32 * rms, 1e-6 * rms)
            for (index, expected) in zip(sampleIndices(count: count, samples: samples.count), samples) {
                let error = abs(Double(values[index]) - expected)
                #expect(error <= allowed, "\(name)[\(index)]: \(values[index]), not \(expected)")
            }
        }

        /// Weights after some steps against the samples: the error's root mean square as a share of the way's.
        func shareOfWay(_ values: [Float]) -> Double {
            let errors = zip(sampleIndices(count: count, samples: samples.count), samples)
                .map { pow(Double(values[$0]) - $1, 2) }
            let error = (errors.reduce(0, +) / Double(errors.count)).squareRoot()
            return error / ((way ?? 0) / Double(count).squareRoot() + 1e-6)
        }

        /// The same of two tensors, over all values.
        func shareOfWay(from a: [Float], to b: [Float]) -> Double {
            let error = zip(a, b).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
            return (error / Double(a.count)).squareRoot() / ((way ?? 0) / Double(count).squareRoot() + 1e-6)
        }

        /// The same of PyTorch in float32, over the whole tensor.
        var shareOfWay32: Double { error32 * norm / (way ?? norm) }

        enum CodingKeys: String, CodingKey {
            case name, shape, sum, norm, samples, error32, way
            case maxError32 = "max_error32"
            case updateError32 = "update_error32"
        }
    }

    struct Batch: Decodable {
        var clips: Int
        /// Stem, blocks and head convolution by torchvision's names, then h, projection, logits: training mode, step 1.
        var layers: [Summary]
        var gradients: [Summary]
        /// Running averages after one step.
        var running: [Summary]
        /// h in inference mode, with the averages of ``runningAverage(_:count:)``.
        var inference: [Summary]
        /// Before each of the ten steps, and after the last.
        var losses: [Double]
        var losses32: [Double]
        /// After ten steps.
        var weights: [Summary]

        /// Anchors, then positives: (2·clips, 96 frames, 64 mels, 1).
        var views: [Float] {
            let noise = hashedValues(parameter: 1100 + clips, count: 2 * clips * 96 * 64, scale: 1, offset: -4)
            let pattern = hashedValues(parameter: 2100 + clips, count: clips * 24 * 16, scale: 2)
            return noise.indices.map { i in
                let (view, frame, mel) = (i / (96 * 64), i / 64 % 96, i % 64)
                return noise[i] + pattern[(view % clips * 24 + frame / 4) * 16 + mel / 4]
            }
        }
    }

    struct Probe: Decodable {
        var parameter: Int
        var scale: Float
        var offset: Float
        var values: [Float]
    }

    var learningRate: Double
    var hash: [Probe]
    var parameters: [Parameter]
    var batches: [Batch]

    enum CodingKeys: String, CodingKey {
        case hash, parameters, batches
        case learningRate = "learning_rate"
    }

    /// Running averages of the inference check: `number` counts all of them in the order of ``Batch/running``.
    static func runningAverage(_ number: Int, isMean: Bool, count: Int) -> [Float] {
        hashedValues(parameter: 3000 + number, count: count, scale: isMean ? 0.1 : 0.5, offset: isMean ? 0 : 1.5)
    }

    static func load() throws -> GoldenValues { try decodeFixture("cola_reference.json") }
}

/// Golden values of the small parts (Fixtures/heads_reference.py), in full.
struct GoldenHeads: Decodable {
    struct Tensor: Decodable {
        var name: String
        var shape: [Int]
        var values: [Double]
    }
    struct Head: Decodable {
        var loss: [Double]
        var logits: [Tensor]
        var gradients: [Tensor]
    }
    var bilinear: Head
    var cosine: Head
    var labels: Head

    static func load() throws -> GoldenHeads { try decodeFixture("heads_reference.json") }
}

/// Golden values of CLAR's training step (Fixtures/clar_reference.py says what and how).
struct GoldenCLAR: Decodable {
    struct Model: Decodable {
        var name: String
        /// PyTorch's: (views, channels, frames, bands) or (views, channels, samples).
        var input: [Int]
        /// One a clip; below 0: none.
        var labels: [Int32]
        var parameters: [GoldenValues.Parameter]
        /// The contrast and the labels' cross-entropy at the first step.
        var terms: [Double]
        var gradients: [GoldenValues.Summary]
        /// Running averages after one step.
        var running: [GoldenValues.Summary]
        /// h in inference mode, with the averages of ``GoldenValues/runningAverage(_:isMean:count:)``.
        var inference: [GoldenValues.Summary]
        /// Before each of the ten steps, and after the last.
        var losses: [Double]
        var losses32: [Double]
        /// After ten steps.
        var weights: [GoldenValues.Summary]

        /// Channels innermost.
        var views: [Float] {
            let values = hashedValues(parameter: 1104, count: input.reduce(1, *), scale: 1)
            let (channels, area) = (input[1], input.dropFirst(2).reduce(1, *))
            return values.indices.map { i in
                let (view, rest) = i.quotientAndRemainder(dividingBy: channels * area)
                return values[(view * channels + rest % channels) * area + rest / channels]
            }
        }
    }

    var learningRate: Double
    var momentum: Double
    var decay: Double
    var trust: Double
    var models: [Model]

    enum CodingKeys: String, CodingKey {
        case momentum, decay, trust, models
        case learningRate = "learning_rate"
    }

    static let loaded = Result { try decodeFixture("clar_reference.json") as GoldenCLAR }
    /// The weights of each model: eleven million are not hashed twice.
    static let weights: [String: [[Float]]] = {
        let models = (try? loaded.get().models) ?? []
        return Dictionary(
            uniqueKeysWithValues: models.map { model in
                let values = model.parameters.enumerated().map { number, parameter in
                    hashedValues(
                        parameter: number, count: parameter.count, scale: parameter.scale, offset: parameter.offset)
                }
                return (model.name, values)
            })
    }()

    func model(_ name: String) throws -> Model { try #require(models.first { $0.name == name }) }
}

func decodeFixture<T: Decodable>(_ name: String) throws -> T {
    let folder = Bundle.module.resourceURL ?? URL(fileURLWithPath: ".")
    return try JSONDecoder().decode(T.self, from: Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)")))
}
