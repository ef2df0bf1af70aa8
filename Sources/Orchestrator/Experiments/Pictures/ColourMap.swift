/// A colour map from dark blue over green to yellow. The brightness increases evenly with the value, so that pictures
/// are readable when they are printed in grey.
enum ColourMap {
    /// The red, green and blue values at 0, 1/8 … 1.
    private static let stops: [(Double, Double, Double)] = [
        (70, 8, 92), (72, 40, 120), (62, 74, 137), (49, 104, 142), (38, 130, 142), (31, 158, 137), (72, 193, 110),
        (160, 218, 57), (253, 231, 37),
    ]

    /// The red, green and blue values of `value`, which is limited to 0 … 1. NaN is grey.
    static func colour(_ value: Float) -> (UInt8, UInt8, UInt8) {
        guard !value.isNaN else { return (128, 128, 128) }
        let place = Double(min(max(value, 0), 1)) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        let share = place - Double(index)
        let (a, b) = (stops[index], stops[index + 1])
        func mix(_ x: Double, _ y: Double) -> UInt8 { UInt8((x + share * (y - x)).rounded()) }
        return (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
    }
}
