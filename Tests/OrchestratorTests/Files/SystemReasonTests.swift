import Foundation
import OssicleBase
import Testing

@Suite struct SystemReasonTests {
    @Test func an_error_of_foundation_has_the_systems_words() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("", to: "file")
        func reason(_ body: () throws -> Void) -> String? {
            do { try body() } catch { return error.systemReason }
            return nil
        }
        let files = FileManager.default
        #expect(
            reason { try files.createDirectory(atPath: file + "/a", withIntermediateDirectories: true) }
                == "Not a directory")
        #expect(reason { try files.createDirectory(atPath: file, withIntermediateDirectories: true) } == "File exists")
        #expect(reason { _ = try Data(contentsOf: URL(filePath: folder.path)) } == "Is a directory")
        #expect(reason { throw CancellationError() } == "CancellationError()")
    }
}
