import Foundation
import Orchestrator
import Testing

@testable import OssicleExperiments

@Suite struct FeatureImageTests {
    @Test func a_picture_of_a_log_mel_is_a_png_of_its_size() throws {
        let folder = try TemporaryFolder()
        let logMel = try LogMel()
        let image = FeatureImage(
            logMel: logMel.extract(Waves.sweep(rate: 16_000, seconds: 3)), configuration: logMel.configuration)
        try image.write(to: folder.place("a.png"))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.place("a.png"))))
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        let size = [16, 20].map { at in bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        #expect(size == [image.canvas.width, image.canvas.height])
        #expect(throws: FeatureError.self) { try image.write(to: folder.place("nowhere/a.png")) }
    }

    @Test func rows_run_to_the_right_and_columns_upwards() {
        // The only bright value is in row 3 of 4 and column 0 of 2. It is drawn at the bottom right.
        let canvas = FeatureImage([0, 0, 0, 0, 0, 0, 1, 0], rows: 4, columns: 2).canvas
        func pixel(_ x: Int, _ y: Int) -> [UInt8] {
            let at = (y * canvas.width + x) * 3
            return Array(canvas.pixels[at..<at + 3])
        }
        let brightest = [ColourMap.colour(1).0, ColourMap.colour(1).1, ColourMap.colour(1).2]
        let darkest = [ColourMap.colour(0).0, ColourMap.colour(0).1, ColourMap.colour(0).2]
        #expect(pixel(96 + 990, 20 + 380) == brightest)
        #expect(pixel(96 + 990, 20 + 4) == darkest && pixel(96 + 4, 20 + 380) == darkest)
    }

    @Test(arguments: [0.03, 0.96, 1, 2.5, 5, 10, 60, 600, 3_000]) func seconds_have_four_to_eleven_marks(
        seconds: Double
    ) {
        let marks = FeatureImage.secondMarks(seconds)
        #expect((4...11).contains(marks.count))
        #expect(marks.first?.place == 0 && Set(marks.map { $0.text }).count == marks.count)
    }

    @Test func hertz_marks_lie_where_their_band_is() {
        let marks = FeatureImage.hertzMarks(LogMelConfiguration())
        #expect(marks.map { $0.text } == ["100Hz", "250Hz", "500Hz", "1000Hz", "2000Hz", "4000Hz"])
        #expect(marks.map { $0.place } == marks.map { $0.place }.sorted())
    }

    @Test func pictures_without_values_or_with_broken_ones_are_drawn() {
        _ = FeatureImage([], rows: 0, columns: 64)
        _ = FeatureImage([.nan, .infinity, 1, 2], rows: 2, columns: 2)
        _ = FeatureImage([Float](repeating: 3, count: 3_000 * 64), rows: 3_000, columns: 64)
    }
}
