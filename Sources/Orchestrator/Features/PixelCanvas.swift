import CPNG

/// An RGB picture on white, (0, 0) at the top left. What falls outside is not drawn.
struct PixelCanvas {
    let width: Int
    let height: Int
    /// (height, width, 3)
    private(set) var pixels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: 255, count: width * height * 3)
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

    /// Pixels that ``draw(_:x:y:scale:)`` takes from left to right.
    static func textWidth(_ text: String, scale: Int) -> Int { max(0, text.count * (PixelFont.width + 1) - 1) * scale }

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

    /// The file appears complete or not at all.
    func writePNG(to path: String) throws(FeatureError) {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(width)
        image.height = png_uint_32(height)
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        let partial = PartialFile(path)
        guard png_image_write_to_file(&image, partial.path, 0, pixels, 0, nil) != 0 else {
            let reason = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw .unwritable(path: path, reason: reason)
        }
        if let reason = partial.commit() { throw .unwritable(path: path, reason: reason) }
    }
}
