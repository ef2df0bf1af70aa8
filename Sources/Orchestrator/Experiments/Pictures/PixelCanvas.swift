import CPNG
import OssicleAudio
import OssicleBase

/// An RGB picture with a white background. The origin (0, 0) is the top left corner. Shapes are cut off at the edges.
struct PixelCanvas {
    let width: Int
    let height: Int
    /// The red, green and blue values, (height, width, 3).
    private(set) var pixels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: 255, count: width * height * 3)
    }

    /// Draws a (rows, columns) matrix over the whole picture. Rows run from left to right and columns from bottom to
    /// top. The smallest finite value is dark and the largest one is bright. If there are more rows or columns than
    /// pixels, only some of them are drawn.
    init(matrix values: [Float], rows: Int, columns: Int, width: Int, height: Int) {
        precondition(values.count == rows * columns, "the values are (rows, columns)")
        self.init(width: width, height: height)
        draw(matrix: values, rows: rows, columns: columns, x: 0, y: 0, width: width, height: height)
    }

    /// Draws a matrix in the same way, within a rectangle of the picture.
    /// - Parameter range: the values of the darkest and the brightest colour; nil: the smallest and the largest value.
    mutating func draw(
        matrix values: [Float], rows: Int, columns: Int, x left: Int, y top: Int, width: Int, height: Int,
        range: (low: Float, high: Float)? = nil
    ) {
        guard rows > 0, columns > 0 else { return }
        let (low, high) = range ?? Self.range(values)
        let range = high > low ? high - low : 1
        for x in 0..<width {
            let row = x * rows / width
            for y in 0..<height {
                let value = values[row * columns + (height - 1 - y) * columns / height]
                fill(x: left + x, y: top + y, width: 1, height: 1, ColourMap.colour((value - low) / range))
            }
        }
    }

    /// The smallest and the largest finite value; 0 and 0 if there is none.
    static func range(_ values: [Float]) -> (low: Float, high: Float) {
        let finite = values.lazy.filter { $0.isFinite }
        return (finite.min() ?? 0, finite.max() ?? 0)
    }

    mutating func fill(
        x: Int, y: Int, width: Int, height: Int, _ colour: (UInt8, UInt8, UInt8) = (32, 32, 32)
    ) {
        for row in max(0, y)..<max(0, min(self.height, y + height)) where y < self.height {
            for column in max(0, x)..<max(0, min(self.width, x + width)) where x < self.width {
                let at = (row * self.width + column) * 3
                pixels[at] = colour.0
                pixels[at + 1] = colour.1
                pixels[at + 2] = colour.2
            }
        }
    }

    /// The width in pixels of a text that `draw(_:x:y:scale:)` draws.
    static func textWidth(_ text: String, scale: Int) -> Int { max(0, text.count * (PixelFont.width + 1) - 1) * scale }

    /// Draws a text whose top left corner is at (x, y). Every pixel of the font becomes a square of `scale` pixels.
    mutating func draw(_ text: String, x: Int, y: Int, scale: Int) {
        var left = x
        for character in text {
            for (row, bits) in PixelFont.rows(character).enumerated() {
                for column in 0..<PixelFont.width where bits >> (PixelFont.width - 1 - column) & 1 == 1 {
                    fill(x: left + column * scale, y: y + row * scale, width: scale, height: scale)
                }
            }
            left += (PixelFont.width + 1) * scale
        }
    }

    /// Writes a PNG file, completely or not at all.
    func writePNG(to path: String) throws(FeatureError) {
        if let reason = PartialFile(path).commit(try png()) { throw .unwritable(path: path, reason: reason) }
    }

    /// The bytes of a PNG.
    func png() throws(FeatureError) -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(width)
        image.height = png_uint_32(height)
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        // The buffer has enough room for the picture without compression.
        var size = png_alloc_size_t(pixels.count + height + 4_096 + pixels.count / 512)
        var bytes = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &bytes, &size, 0, pixels, 0, nil) != 0 else {
            let reason = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw .invalidValue(key: "picture", value: "\(width) × \(height) pixels", expected: "drawable (\(reason))")
        }
        return Array(bytes[..<size])
    }
}
