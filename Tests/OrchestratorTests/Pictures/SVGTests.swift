import Foundation
import Orchestrator
import Testing

@testable import OssicleExperiments

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements of an SVG document with their names and attributes, and the texts in the document.
private final class Elements: NSObject, XMLParserDelegate {
    private(set) var found: [(name: String, attributes: [String: String])] = []
    private(set) var texts: [String] = []

    init(_ document: String) throws {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        try #require(parser.parse(), "the document is well-formed")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) { found.append((name, attributes)) }

    func parser(_ parser: XMLParser, foundCharacters text: String) { texts.append(text) }

    func named(_ name: String) -> [[String: String]] { found.filter { $0.name == name }.map(\.attributes) }
}

@Suite struct SVGTests {
    @Test func words_are_escaped_and_numbers_short() throws {
        var drawing = SVGDrawing(width: 100, height: 50.5)
        drawing.text("a < b & c", x: 1.0 / 3, y: 20)
        drawing.circle(x: 5, y: 6, radius: 2, fill: "red", title: "R&D")
        let elements = try Elements(drawing.document)
        #expect(elements.texts.joined().contains("a < b & c") && elements.texts.joined().contains("R&D"))
        #expect(elements.named("text")[0]["x"] == "0.33")
        #expect(elements.named("svg")[0]["viewBox"] == "0 0 100 50.5")
    }

    @Test func a_drawing_is_written_whole_or_not_at_all() throws {
        let folder = try TemporaryFolder()
        try SVGDrawing(width: 1, height: 1).write(to: folder.place("a.svg"))
        #expect(try String(contentsOfFile: folder.place("a.svg"), encoding: .utf8).hasPrefix("<svg"))
        #expect(throws: FeatureError.self) {
            try SVGDrawing(width: 1, height: 1).write(to: folder.place("nowhere/a.svg"))
        }
    }

    @Test func events_are_bars_at_their_times_annotated_above_predicted() throws {
        let picture = try EventPicture(
            name: "mix", samples: Waves.sweep(rate: 16_000, seconds: 4), logMel: try LogMel(),
            reference: [SoundEvent(onset: 1, offset: 3, label: "bell"), SoundEvent(onset: 0, offset: 1, label: "dog")],
            prediction: [SoundEvent(onset: 2, offset: 2.5, label: "bell")])
        let elements = try Elements(picture.drawing.document)
        // The first rectangle is the background, and the next two belong to the legend.
        let bars = elements.named("rect").dropFirst(3).map { bar in
            ["x", "y", "width"].map { Double(bar[$0] ?? "") ?? .nan }
        }
        #expect(bars.map { [$0[0], $0[2]] } == [[400, 500], [650, 125], [150, 250]])
        #expect(bars[1][1] > bars[0][1] && bars[2][1] > bars[1][1])
        #expect(elements.named("image").count == 1)
        for word in ["mix", "bell", "dog", "reference", "prediction"] { #expect(elements.texts.contains(word)) }
    }

    @Test func a_recording_without_samples_is_drawn() throws {
        let picture = try EventPicture(name: "", samples: [], logMel: try LogMel(), reference: [], prediction: [])
        #expect(try Elements(picture.drawing.document).named("image").isEmpty)
    }
}

@Suite struct PrincipalComponentsTests {
    /// The points form an ellipse in the plane of two known directions. The two cases decompose different Gram
    /// matrices.
    @Test(arguments: [(12, 30), (60, 5)]) func the_axes_of_an_ellipse_are_found(count: Int, dimension: Int) {
        let (a, b) = (Float(0.6), Float(0.8))
        var points = [Float](repeating: 0, count: count * dimension)
        var expected: [Float] = []
        for row in 0..<count {
            let angle = 2 * Float.pi * Float(row) / Float(count)
            let (long, short) = (5 * cos(angle), 2 * sin(angle))
            points[row * dimension + 1] = 7 + a * long - b * short
            points[row * dimension + 4] = b * long + a * short
            expected += [long, short]
        }
        let found = PrincipalComponents(points: points, count: count, dimension: dimension)
        #expect(abs(found.shares[0] - 25.0 / 29) < 1e-6 && abs(found.shares[1] - 4.0 / 29) < 1e-6)
        for axis in 0..<2 {
            // The sign of an axis is chosen so that the coordinate with the largest magnitude is positive. Here two
            // coordinates have the same magnitude, so that rounding determines the sign.
            let sign: Float =
                found.coordinates[axis] * expected[axis] + found.coordinates[2 * (count / 4) + axis]
                    * expected[2 * (count / 4) + axis] < 0 ? -1 : 1
            for row in 0..<count {
                #expect(abs(sign * found.coordinates[2 * row + axis] - expected[2 * row + axis]) < 1e-5)
            }
        }
    }

    @Test func points_without_variance_have_no_directions() {
        let same = PrincipalComponents(points: [Float](repeating: 2, count: 12), count: 4, dimension: 3)
        #expect(same.coordinates == [Float](repeating: 0, count: 8) && same.shares == [0, 0])
        let one = PrincipalComponents(points: [1, 2], count: 1, dimension: 2)
        #expect(one.coordinates == [0, 0])
    }

    @Test func a_map_has_a_point_a_clip_and_a_name_a_class() throws {
        var random = RandomStream(seed: 3, purpose: .test)
        var vectors = ClipVectors(dimension: 6)
        for clip in 0..<9 { vectors.append((0..<6).map { Float(clip % 3 * $0) + 0.1 * random.normal() }) }
        let clips = (0..<9).map { Clip(path: "\($0).wav", label: $0 == 8 ? nil : $0 % 3, seconds: 1) }
        let file = EmbeddingFile(vectors: vectors, clips: clips, classes: ["a&b", "c", "d"])
        let map = EmbeddingMap(file)
        let elements = try Elements(map.drawing.document)
        #expect(elements.named("circle").count == 9 + 4)
        for word in ["c", "d", "no class"] { #expect(elements.texts.contains(word)) }
        #expect(map.shares[0] > 0.95)

        let folder = try TemporaryFolder()
        let (plot, archive) = (folder.place("map.svg"), folder.place("vectors.npz"))
        let lost = folder.place("none/lost")
        for (badPlot, badArchive) in [(lost, archive), (plot, lost)] {
            #expect(throws: (any Error).self) { try map.write(to: badPlot, and: file, to: badArchive) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
        try map.write(to: plot, and: file, to: archive)
        #expect(try String(contentsOfFile: plot, encoding: .utf8) == map.drawing.document)
        #expect(FileManager.default.fileExists(atPath: archive))
    }
}
