import Foundation
import OssicleKernels

extension FeatureImage {
    /// Five to eleven marks from 0 on, at steps of 1, 2 or 5 times a power of ten.
    static func secondMarks(_ seconds: Double) -> [AxisMark] {
        guard seconds > 0 else { return [] }
        var step = pow(10, floor(log10(seconds / 4)))
        if seconds / step >= 20 { step *= 5 } else if seconds / step > 10 { step *= 2 }
        let decimals = max(0, -Int(floor(log10(step * 1.000_001))))
        return (0...Int(seconds / step * 1.000_001)).map { index in
            let time = Double(index) * step
            return AxisMark(place: min(1, time / seconds), text: String(format: "%.\(decimals)f", time) + "s")
        }
    }

    /// Marks at round frequencies. The height of a mark is the middle of the band whose peak is at the frequency. Band
    /// m fills the height from m / melBands to (m + 1) / melBands.
    static func hertzMarks(_ configuration: LogMelConfiguration) -> [AxisMark] {
        func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
        let low = mel(Double(configuration.lowHertz))
        let high = mel(Double(configuration.highHertz))
        let bands = Double(configuration.melBands)
        return [100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000].compactMap { hertz in
            let band = (mel(hertz) - low) / (high - low) * (bands + 1) - 1
            let place = (band + 0.5) / bands
            return (0...1).contains(place) ? AxisMark(place: place, text: "\(Int(hertz))Hz") : nil
        }
    }
}
