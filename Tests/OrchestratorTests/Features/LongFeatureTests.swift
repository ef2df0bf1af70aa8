import Foundation
import Orchestrator
import Testing

@testable import OssicleEvaluation
@testable import OssicleExperiments

/// Tests of spectra of long files, which are never completely in memory.
@Suite struct LongFeatureTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [0.02, 1, 30]) func a_spectrum_in_blocks_is_that_of_the_whole(seconds: Double) throws {
        let path = try folder.writeNoise("a.flac", seconds: seconds, sampleRate: 44_100)
        var configuration = LogMelConfiguration()
        for hop in [160, 1_000] {
            configuration.hopSamples = hop
            let logMel = try LogMel(configuration)
            let whole = logMel.extract(try AudioFile.read(path))
            var values: [Float] = []
            let frames = try logMel.extract(file: path) { values += $0 }
            #expect(values == whole && frames == whole.count / configuration.melBands)
        }
    }

    @Test func an_array_in_blocks_has_the_bytes_of_the_whole() throws {
        let values = (0..<300).map { Float($0) }
        let rows = try NumpyRows(folder.place("rows.npy"), columns: 3)
        try rows.append(Array(values[..<30]))
        try rows.append(Array(values[30...]))
        #expect(!FileManager.default.fileExists(atPath: folder.place("rows.npy")))
        try rows.finish()
        let whole = NumpyFile.header(NumpyFile.floatType, [100, 3]) + values.withUnsafeBytes { Array($0) }
        #expect(try Data(contentsOf: URL(filePath: folder.place("rows.npy"))) == Data(whole))
        #expect(throws: NumpyError.self) { try NumpyRows(folder.place("nowhere/rows.npy"), columns: 3) }
    }

    @Test func a_picture_keeps_every_row_of_a_short_matrix_and_even_ones_of_a_long_one() {
        var short = PictureRows(columns: 2)
        short.add([1, 2, 3, .nan])
        short.add([-5, 0])
        #expect(short.count == 3 && short.kept == 3 && short.range?.low == -5 && short.range?.high == 3)
        var long = PictureRows(columns: 1)
        for block in 0..<100 { long.add((0..<1_001).map { Float(block * 1_001 + $0) }) }
        // 100,100 rows are more than 2¹⁵ and 2¹⁶, so that every fourth row is kept.
        #expect(long.count == 100_100 && long.kept == 25_025)
        #expect(long.values.prefix(3) == [0, 4, 8] && long.values.last == 100_096)
        #expect(long.range?.high == 100_099)
    }
}
