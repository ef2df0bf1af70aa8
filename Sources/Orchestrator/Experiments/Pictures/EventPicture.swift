import OssicleAudio
import OssicleBase
import OssicleKernels

/// A picture of a recording: its log-mel spectrum over time, and below it one row per label. Each row shows the
/// annotated events above the predicted events.
public struct EventPicture: Sendable {
    private static let left = 150.0, right = 30.0, top = 44.0, plotWidth = 1_000.0, plotHeight = 256.0
    private static let axis = 34.0, row = 30.0, bar = 12.0
    private static let referenceColour = "#24527a", predictionColour = "#e07b39"

    let drawing: SVGDrawing

    /// Draws a recording.
    ///
    /// - Parameters:
    ///   - name: the title of the picture.
    ///   - samples: mono samples at the sample rate of the front end.
    ///   - logMel: the front end.
    ///   - reference: the annotated events.
    ///   - prediction: the predicted events.
    public init(
        name: String, samples: [Float], logMel: LogMel, reference: [SoundEvent], prediction: [SoundEvent]
    ) throws(FeatureError) {
        let configuration = logMel.configuration
        let seconds = max(Double(samples.count) / Double(configuration.sampleRate), 1e-3)
        let labels = Set((reference + prediction).map(\.label)).sorted()
        let rowsTop = Self.top + Self.plotHeight + Self.axis
        var drawing = SVGDrawing(
            width: Self.left + Self.plotWidth + Self.right,
            height: rowsTop + Double(labels.count) * Self.row + 16)
        func place(_ time: Double) -> Double { Self.left + Self.plotWidth * min(time / seconds, 1) }

        drawing.text(name, x: Self.left, y: 26, size: 15)
        for (index, (word, colour)) in [("reference", Self.referenceColour), ("prediction", Self.predictionColour)]
            .enumerated()
        {
            let x = Self.left + Self.plotWidth - 200 + 105 * Double(index)
            drawing.rectangle(x: x, y: 15, width: 14, height: Self.bar, fill: colour)
            drawing.text(word, x: x + 20, y: 26)
        }

        let frames = samples.isEmpty ? 0 : logMel.frames(samples: samples.count)
        if frames > 0 {
            let canvas = PixelCanvas(
                matrix: logMel.extract(samples), rows: frames, columns: configuration.melBands,
                width: min(frames, 1_000), height: configuration.melBands)
            drawing.image(
                png: try canvas.png(), x: Self.left, y: Self.top, width: Self.plotWidth, height: Self.plotHeight)
        }
        for mark in FeatureImage.hertzMarks(configuration) {
            let y = Self.top + Self.plotHeight * (1 - mark.place)
            drawing.line(x: Self.left - 5, y: y, toX: Self.left, toY: y)
            drawing.text(mark.text, x: Self.left - 8, y: y + 4, anchor: .end)
        }
        let bottom = rowsTop + Double(labels.count) * Self.row
        for mark in FeatureImage.secondMarks(seconds) {
            let x = place(mark.place * seconds)
            drawing.text(mark.text, x: x, y: Self.top + Self.plotHeight + 18, anchor: .middle)
            drawing.line(x: x, y: Self.top + Self.plotHeight + Self.axis - 8, toX: x, toY: bottom, stroke: "#ddd")
        }
        for (index, label) in labels.enumerated() {
            let y = rowsTop + Double(index) * Self.row
            drawing.text(label, x: Self.left - 8, y: y + Self.bar + 5, anchor: .end)
            drawing.line(
                x: Self.left, y: y + Self.row - 2, toX: Self.left + Self.plotWidth, toY: y + Self.row - 2,
                stroke: "#eee")
            for (events, colour, offset) in [
                (reference, Self.referenceColour, 0.0), (prediction, Self.predictionColour, Self.bar + 1),
            ] {
                for event in events where event.label == label {
                    // An event is at least one pixel wide, so that short events are visible.
                    drawing.rectangle(
                        x: place(event.onset), y: y + offset,
                        width: max(place(event.offset) - place(event.onset), 1), height: Self.bar, fill: colour,
                        title: "\(label): \(event.onset) to \(event.offset) s")
                }
            }
        }
        self.drawing = drawing
    }

    /// Writes an SVG file, completely or not at all.
    public func write(to path: String) throws(FeatureError) { try drawing.write(to: path) }
}
