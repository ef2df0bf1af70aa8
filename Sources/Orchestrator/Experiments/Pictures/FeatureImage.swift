import Foundation
import OssicleAudio
import OssicleKernels

/// A mark on an axis: its position, from 0 (left or bottom) to 1 (right or top), and its text.
struct AxisMark: Equatable {
    let place: Double
    let text: String
}

/// A picture of a matrix. Rows run from left to right and columns from bottom to top. Small values are dark and large
/// values are bright. The bar on the right shows the smallest and the largest value.
public struct FeatureImage {
    private static let fontScale = 2
    private static let left = 96, right = 104, top = 20, bottom = 48, tick = 6, barWidth = 16

    let canvas: PixelCanvas

    /// Draws a log-mel spectrum, (frames, melBands), with axes in seconds and hertz.
    public init(logMel values: [Float], configuration: LogMelConfiguration) {
        var rows = PictureRows(columns: configuration.melBands)
        rows.add(values)
        self.init(logMel: rows, configuration: configuration)
    }

    /// Draws a log-mel spectrum of any length, with melBands columns.
    public init(logMel rows: PictureRows, configuration: LogMelConfiguration) {
        let hop = Double(configuration.hopSamples) / Double(configuration.sampleRate)
        self.init(
            rows.values, rows: rows.kept, columns: configuration.melBands,
            rowMarks: FeatureImage.secondMarks(Double(rows.count) * hop),
            columnMarks: FeatureImage.hertzMarks(configuration), range: rows.range)
    }

    /// - Parameters:
    ///   - values: (rows, columns).
    ///   - rowMarks: the marks along the bottom.
    ///   - columnMarks: the marks along the left side.
    ///   - range: the values of the darkest and the brightest colour; nil: the smallest and the largest value.
    init(
        _ values: [Float], rows: Int, columns: Int, rowMarks: [AxisMark] = [], columnMarks: [AxisMark] = [],
        range: (low: Float, high: Float)? = nil
    ) {
        precondition(values.count == rows * columns, "the values are (rows, columns)")
        // The plot is about 500 to 2,400 pixels wide: a short sound is enlarged, and of a long sound only some rows are
        // drawn.
        let width = rows == 0 ? 600 : rows > 2_400 ? 2_400 : rows * max(1, 1_000 / rows)
        let height = columns == 0 ? 320 : columns > 1_024 ? 1_024 : columns * max(1, 384 / columns)
        var canvas = PixelCanvas(
            width: Self.left + width + Self.right, height: Self.top + height + Self.bottom)
        let (low, high) = range ?? PixelCanvas.range(values)
        canvas.draw(
            matrix: values, rows: rows, columns: columns, x: Self.left, y: Self.top, width: width, height: height,
            range: (low, high))
        Self.drawBar(&canvas, x: Self.left + width + 16, height: height, low: low, high: high)
        Self.drawMarks(&canvas, width: width, height: height, rowMarks: rowMarks, columnMarks: columnMarks)
        self.canvas = canvas
    }

    /// Writes a PNG file, completely or not at all.
    public func write(to path: String) throws(FeatureError) { try canvas.writePNG(to: path) }

    private static func drawBar(_ canvas: inout PixelCanvas, x: Int, height: Int, low: Float, high: Float) {
        for y in 0..<height {
            let colour = ColourMap.colour(1 - Float(y) / Float(max(1, height - 1)))
            canvas.fill(x: x, y: top + y, width: barWidth, height: 1, colour)
        }
        let textX = x + barWidth + tick
        canvas.draw(String(format: "%.1f", high), x: textX, y: top, scale: fontScale)
        canvas.draw(
            String(format: "%.1f", low), x: textX, y: top + height - PixelFont.height * fontScale, scale: fontScale)
    }

    private static func drawMarks(
        _ canvas: inout PixelCanvas, width: Int, height: Int, rowMarks: [AxisMark], columnMarks: [AxisMark]
    ) {
        for mark in rowMarks {
            let x = left + Int((mark.place * Double(width)).rounded())
            canvas.fill(x: x - 1, y: top + height, width: 2, height: tick)
            let half = PixelCanvas.textWidth(mark.text, scale: fontScale) / 2
            canvas.draw(mark.text, x: x - half, y: top + height + tick + 6, scale: fontScale)
        }
        for mark in columnMarks {
            let y = top + height - Int((mark.place * Double(height)).rounded())
            canvas.fill(x: left - tick, y: y - 1, width: tick, height: 2)
            let textWidth = PixelCanvas.textWidth(mark.text, scale: fontScale)
            canvas.draw(
                mark.text, x: left - tick - 6 - textWidth, y: y - PixelFont.height * fontScale / 2, scale: fontScale)
        }
    }
}
