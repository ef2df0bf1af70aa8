import Foundation
import Orchestrator
import Testing

@Suite struct SafeTensorsTests {
    @Test func an_impossible_shape_in_a_checkpoint_is_an_error() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/shape.safetensors"
        for shape in ["[4611686018427387904]", "[4294967296, 4294967296]", "[-1]"] {
            let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[0,4]}}"
            var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
            bytes.append(Data(header.utf8))
            bytes.append(Data([0, 0, 0, 0]))
            try bytes.write(to: URL(filePath: path))
            #expect(throws: CheckpointError.self, "\(shape)") { try SafeTensorsFile(readingFrom: path).floats("a") }
        }
    }
}
