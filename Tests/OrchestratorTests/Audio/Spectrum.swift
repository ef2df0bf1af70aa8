import Foundation

enum Spectrum {
    /// Returns the frequency of the strongest sinusoid in Hz. It is computed from the phase difference of two
    /// Hann-windowed transforms that start one sample apart.
    static func peakHertz(_ samples: [Float], rate: Int) -> Double {
        let size = 512
        func transform(_ start: Int, _ hertz: Double) -> (Double, Double) {
            var re = 0.0
            var im = 0.0
            for n in 0..<size {
                let window = 0.5 - 0.5 * cos(2 * .pi * Double(n) / Double(size))
                let angle = 2 * .pi * hertz * Double(n) / Double(rate)
                re += window * Double(samples[start + n]) * cos(angle)
                im -= window * Double(samples[start + n]) * sin(angle)
            }
            return (re, im)
        }
        let step = Double(rate) / Double(size)
        var best = (power: 0.0, hertz: 0.0)
        for bin in 1..<size / 2 {
            let (re, im) = transform(0, Double(bin) * step)
            if re * re + im * im > best.power { best = (re * re + im * im, Double(bin) * step) }
        }
        let (a, b) = transform(0, best.hertz)
        let (c, d) = transform(1, best.hertz)
        return atan2(d * a - c * b, c * a + d * b) * Double(rate) / (2 * .pi)
    }
}
