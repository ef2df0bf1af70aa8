import Foundation

extension RandomStream {
    /// Standard normal (Box–Muller, one draw a pair of words).
    public mutating func normal() -> Float {
        let radius = (-2 * Foundation.log(Double(nextWord()) * 0x1p-32 + 0x1p-33)).squareRoot()
        let angle = 2 * Double.pi * Double(nextWord()) * 0x1p-32
        return Float(radius * Foundation.cos(angle))
    }

    /// Standard normal, redrawn until it lies within ±`limit`.
    public mutating func truncatedNormal(limit: Float = 2) -> Float {
        while true {
            let value = normal()
            if abs(value) <= limit { return value }
        }
    }
}
