import Foundation
import OssicleAudio
import OssicleBase

/// An SVG picture of shapes and texts on a white background. The origin (0, 0) is the top left corner, and lengths are
/// in pixels. Later shapes cover earlier ones.
package struct SVGDrawing: Sendable {
    package enum Anchor: String, Sendable {
        case start
        case middle
        case end
    }

    package let width: Double
    package let height: Double
    private var shapes: [String] = []

    package init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// - Parameters:
    ///   - fill: a colour in the notation of CSS.
    ///   - title: a text that is shown when the pointer is on the shape.
    package mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, fill: String, title: String? = nil
    ) {
        shape(
            "rect", "x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" fill=\"\(fill)\"", title)
    }

    package mutating func circle(x: Double, y: Double, radius: Double, fill: String, title: String? = nil) {
        shape("circle", "cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\"", title)
    }

    package mutating func line(x: Double, y: Double, toX: Double, toY: Double, stroke: String = "#333") {
        shape("line", "x1=\"\(n(x))\" y1=\"\(n(y))\" x2=\"\(n(toX))\" y2=\"\(n(toY))\" stroke=\"\(stroke)\"", nil)
    }

    /// - Parameter y: the position of the baseline of the text.
    package mutating func text(
        _ text: String, x: Double, y: Double, size: Double = 12, anchor: Anchor = .start, fill: String = "black"
    ) {
        shapes.append(
            "<text x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"\(n(size))\" text-anchor=\"\(anchor.rawValue)\" "
                + "fill=\"\(fill)\">"
                + "\(Self.escaped(text))</text>")
    }

    /// Draws a PNG image that is stretched to the rectangle.
    package mutating func image(png: [UInt8], x: Double, y: Double, width: Double, height: Double) {
        let data = Data(png).base64EncodedString()
        shape(
            "image",
            "x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" preserveAspectRatio=\"none\" "
                + "href=\"data:image/png;base64,\(data)\"", nil)
    }

    /// The whole SVG document.
    package var document: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(width)) \(n(height))" width="\(n(width))" \
        height="\(n(height))" font-family="sans-serif">
        <rect width="100%" height="100%" fill="white"/>
        \(shapes.joined(separator: "\n"))
        </svg>

        """
    }

    /// Writes an SVG file, completely or not at all.
    package func write(to path: String) throws(FeatureError) {
        if let reason = PartialFile(path).commit(Array(document.utf8)) { throw .unwritable(path: path, reason: reason) }
    }

    private mutating func shape(_ name: String, _ attributes: String, _ title: String?) {
        guard let title else { return shapes.append("<\(name) \(attributes)/>") }
        shapes.append("<\(name) \(attributes)><title>\(Self.escaped(title))</title></\(name)>")
    }

    /// Formats a length with a precision of 0.01 pixels, which is sufficient.
    private func n(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
