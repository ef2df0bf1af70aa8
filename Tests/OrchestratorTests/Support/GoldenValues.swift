import Foundation
import Orchestrator
import Testing

/// Returns pseudo-random values that depend only on `parameter` and on the index i of a value.
/// Fixtures/hashed_values.py computes the same bits for PyTorch, so that the fixtures need not contain weights.
///
///     z = splitmix64(parameter·2³² + i)      u = (z >> 40)·2⁻²³ − 1      value = offset + scale·u, in float32
///
/// i counts in PyTorch's memory order: (out, in, kernel height, kernel width) for convolutions, (out, in) for dense
/// layers.
func hashedValues(parameter: Int, count: Int, scale: Float, offset: Float = 0) -> [Float] {
    (0..<count).map { i in
        var z = (UInt64(parameter) << 32 &+ UInt64(i) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return offset + scale * (Float(z >> 40) * 0x1p-23 - 1)
    }
}

/// Returns the indices of the elements of a tensor that a fixture contains, in PyTorch's memory order:
/// floor(count·frac((k + 1)·φ)) for sample k, with φ = 0.618….
func sampleIndices(count: Int, samples: Int) -> [Int] {
    (1...samples).map { k in Int((UInt64(UInt32(truncatingIfNeeded: k &* 0x9E37_79B9)) &* UInt64(count)) >> 32) }
}

/// Golden values of COLA's training step, which Fixtures/cola_reference.py computes and describes.
struct GoldenValues: Decodable {
    /// A parameter of the network. Its position in the list is the argument `parameter` of `hashedValues`.
    struct Parameter: Decodable {
        var name: String
        var shape: [Int]
        var scale: Float
        var offset: Float
        var count: Int { shape.reduce(1, *) }
    }

    /// A summary of a tensor in double precision, with the error of PyTorch in float32.
    struct Summary: Decodable {
        var name: String
        /// The shape in PyTorch: (N, C, H, W) for maps, with time as H.
        var shape: [Int]
        var sum: Double
        var norm: Double
        /// The values at the indices of `sampleIndices`.
        var samples: [Double]
        /// The relative error ‖single − exact‖ / ‖exact‖.
        var error32: Double
        /// The largest absolute error of an element.
        var maxError32: Double
        /// For weights after the ten steps: the error as a share of the change of the weights.
        var updateError32: Double?
        /// For weights after the ten steps: the norm of their change, ‖exact − start‖.
        var way: Double?

        var count: Int { shape.reduce(1, *) }
        /// Whether the tensor is mathematically zero. Then `norm` is rounding noise in double precision, and
        /// `maxError32` is rounding noise in float32.
        var isZero: Bool { norm < 1e-9 }

        /// The indices of the samples in a map of shape (N, H, W, C).
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

        /// Compares the values of a tensor with the samples. The tolerance is proportional to the error of PyTorch in
        /// float32.
        ///
        /// - Parameter indices: the indices of the samples in `values`; nil: those of PyTorch's memory order.
        func expectClose(_ values: [Float], at indices: [Int]? = nil, factor: Double) {
            let rms = norm / Double(count).squareRoot()
            // The largest error of an element is a few times the root mean square of the errors. If PyTorch in float32
            // happens to be exact, about one ulp of the largest value is still allowed.
            let allowed =
                isZero ? factor * max(maxError32, 1e-7) : factor * max(maxError32, 4 * error32 * rms, 1e-6 * rms)
            for (index, expected) in zip(indices ?? sampleIndices(count: count, samples: samples.count), samples) {
                let error = abs(Double(values[index]) - expected)
                #expect(error <= allowed, "\(name)[\(index)]: \(values[index]), not \(expected)")
            }
        }

        /// Returns the root mean square error of weights after the ten steps at the samples, as a share of the root
        /// mean square of their change.
        func shareOfWay(_ values: [Float]) -> Double {
            let errors = zip(sampleIndices(count: count, samples: samples.count), samples)
                .map { pow(Double(values[$0]) - $1, 2) }
            let error = (errors.reduce(0, +) / Double(errors.count)).squareRoot()
            return error / ((way ?? 0) / Double(count).squareRoot() + 1e-6)
        }

        /// Returns the same share for the difference of two tensors, over all values.
        func shareOfWay(from a: [Float], to b: [Float]) -> Double {
            let error = zip(a, b).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
            return (error / Double(a.count)).squareRoot() / ((way ?? 0) / Double(count).squareRoot() + 1e-6)
        }

        /// The same share for the error of PyTorch in float32, over the whole tensor.
        var shareOfWay32: Double { error32 * norm / (way ?? norm) }

        enum CodingKeys: String, CodingKey {
            case name, shape, sum, norm, samples, error32, way
            case maxError32 = "max_error32"
            case updateError32 = "update_error32"
        }
    }

    struct Batch: Decodable {
        var clips: Int
        /// The outputs of the stem, the blocks and the head convolution, with torchvision's names, then h, projection
        /// and logits. All of them are from the first step in training mode.
        var layers: [Summary]
        var gradients: [Summary]
        /// The running averages after one step.
        var running: [Summary]
        /// h in inference mode, with the running averages of `runningAverage`.
        var inference: [Summary]
        /// The losses before each of the ten steps, and after the last step.
        var losses: [Double]
        /// The same losses in float32.
        var losses32: [Double]
        /// The weights after ten steps.
        var weights: [Summary]

        /// The anchors, followed by the positives: (2·clips, 96 frames, 64 mel bands, 1).
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

    /// Returns a running average for the test in inference mode. `number` is its position in `Batch.running`.
    static func runningAverage(_ number: Int, isMean: Bool, count: Int) -> [Float] {
        hashedValues(parameter: 3000 + number, count: count, scale: isMean ? 0.1 : 0.5, offset: isMean ? 0 : 1.5)
    }

    static func load() throws -> GoldenValues { try decodeFixture("cola_reference.json") }
}

/// Golden values of the heads, with all values of every tensor (Fixtures/heads_reference.py).
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

/// Golden values of CLAR's training step, which Fixtures/clar_reference.py computes and describes.
struct GoldenCLAR: Decodable {
    struct Model: Decodable {
        var name: String
        /// The shape of the input in PyTorch: (views, channels, frames, bands) or (views, channels, samples).
        var input: [Int]
        /// One label for each clip. A negative value means that the clip has no label.
        var labels: [Int32]
        var parameters: [GoldenValues.Parameter]
        /// The contrastive loss and the cross-entropy of the labels in the first step.
        var terms: [Double]
        var gradients: [GoldenValues.Summary]
        /// The running averages after one step.
        var running: [GoldenValues.Summary]
        /// h in inference mode, with the running averages of `GoldenValues.runningAverage`.
        var inference: [GoldenValues.Summary]
        /// The losses before each of the ten steps, and after the last step.
        var losses: [Double]
        /// The same losses in float32.
        var losses32: [Double]
        /// The weights after ten steps.
        var weights: [GoldenValues.Summary]

        /// The input with the channel as the last (fastest) axis.
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
    /// The weights of each model, which are computed only once because a model has eleven million of them.
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
