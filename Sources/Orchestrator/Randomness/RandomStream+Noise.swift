import Foundation

/// Standard normal numbers by the thousand: 99 of 100 take one word of the stream, one multiplication and one comparison,
/// where Box–Muller takes a logarithm and a cosine. (A second of noise: 0.1 ms against 0.7 ms.)
///
/// The area under exp(−x²/2) is cut into 128 layers of equal area; a point uniform in a layer's rectangle is almost
/// always under the curve. *Reference:* Marsaglia, Tsang, "The ziggurat method for generating random variables", Journal of
/// Statistical Software 5 (2000); layer, sign and place are taken from different bits, as Doornik (2005) advises.
private struct Ziggurat: Sendable {
    static let layers = 128
    /// Where the tail begins, and the area of a layer, for 128 layers.
    static let tail = 3.442619855899
    static let area = 9.91256303526217e-3
    static let shared = Ziggurat()

    /// Widths of the layers, falling from the lowest to 0; `heights[i]` = exp(−widths[i]²/2).
    let widths: [Float]
    let heights: [Float]

    private init() {
        func curve(_ x: Double) -> Double { Foundation.exp(-x * x / 2) }
        // The lowest layer's rectangle stands for its own area and the tail's.
        var x = [Self.area / curve(Self.tail), Self.tail]
        for i in 1..<Self.layers - 1 { x.append((-2 * Foundation.log(Self.area / x[i] + curve(x[i]))).squareRoot()) }
        x.append(0)
        widths = x.map { Float($0) }
        heights = x.map { Float(curve($0)) }
    }
}

extension RandomStream {
    /// samples ← samples + deviation · N(0, 1).
    public mutating func addNormals(deviation: Float, to samples: inout MutableSpan<Float>) {
        let ziggurat = Ziggurat.shared
        for i in samples.indices { samples[i] += deviation * normal(ziggurat) }
    }

    @inline(__always)
    private mutating func normal(_ ziggurat: Ziggurat) -> Float {
        while true {
            let word = nextWord()
            let layer = Int(word & 127)
            let magnitude = Float(word >> 8) * 0x1p-24 * ziggurat.widths[layer]
            if magnitude < ziggurat.widths[layer + 1] || isUnderCurve(magnitude, layer, ziggurat) {
                return word & 128 == 0 ? magnitude : -magnitude
            }
            if layer == 0 {
                let magnitude = tail()
                return word & 128 == 0 ? magnitude : -magnitude
            }
        }
    }

    @inline(never)
    private mutating func isUnderCurve(_ x: Float, _ layer: Int, _ ziggurat: Ziggurat) -> Bool {
        guard layer > 0 else { return false }
        let (low, high) = (ziggurat.heights[layer], ziggurat.heights[layer + 1])
        return low + uniform() * (high - low) < Foundation.exp(-x * x / 2)
    }

    /// |x| given that it is beyond the last layer.
    @inline(never)
    private mutating func tail() -> Float {
        while true {
            // 1 − u is in (0, 1]: its logarithm is finite.
            let x = -Foundation.log(1 - uniform()) / Float(Ziggurat.tail)
            let y = -Foundation.log(1 - uniform())
            if y + y >= x * x { return Float(Ziggurat.tail) + x }
        }
    }
}
