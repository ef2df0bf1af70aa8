import Foundation

extension RandomStream {
    /// Draws a standard normal number. It uses the Box–Muller method with two words of the stream.
    public mutating func normal() -> Float {
        let radius = (-2 * Foundation.log(Double(nextWord()) * 0x1p-32 + 0x1p-33)).squareRoot()
        let angle = 2 * Double.pi * Double(nextWord()) * 0x1p-32
        return Float(radius * Foundation.cos(angle))
    }

    /// Draws standard normal numbers until one lies within ±`limit`, and returns that one.
    public mutating func truncatedNormal(limit: Float = 2) -> Float {
        while true {
            let value = normal()
            if abs(value) <= limit { return value }
        }
    }
}
