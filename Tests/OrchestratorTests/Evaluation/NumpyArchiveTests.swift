import Foundation
import Orchestrator
import Testing

@testable import OssicleEvaluation

@Suite struct NumpyArchiveTests {
    @Test func a_header_ends_on_a_multiple_of_64_bytes_and_values_follow() throws {
        let folder = try TemporaryFolder()
        let rows = try NumpyRows(folder.place("a.npy"), columns: 3)
        try rows.append([1, -2, 0.5, 3, 4, 5])
        try rows.finish()
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.place("a.npy"))))
        #expect(Array(bytes.prefix(8)) == [0x93] + Array("NUMPY".utf8) + [1, 0])
        let header = Int(bytes[8]) + 256 * Int(bytes[9])
        #expect((10 + header) % 64 == 0 && bytes.count == 10 + header + 24 && bytes[9 + header] == UInt8(ascii: "\n"))
        let text = String(decoding: bytes[10..<10 + header], as: UTF8.self)
        #expect(text.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,), }"))
        #expect(Array(bytes[(10 + header)...].prefix(8)) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    }

    @Test func the_checksum_is_that_of_zip() {
        #expect(NumpyArchive.crc32(0, Array("123456789".utf8).span.bytes) == 0xCBF4_3926)  // the published check value
    }

    /// The limit of 40 bytes: with the records of archives of more than 4 GiB.
    @Test(arguments: [0xFFFF_FFFF, 40] as [UInt64]) func an_archive_is_read_by_numpy(limit: UInt64) throws {
        let folder = try TemporaryFolder()
        let archive = try NumpyArchive(folder.place("a.npz"), limit: limit)
        try archive.add(name: "embedding", floats: [0, 1.5, -2, 3, 4, 5.25], shape: [3, 2])
        try archive.add(name: "rows", columns: 2) { append in
            try append([1, 2])
            try append([3, 4, 5, 6])
        }
        try archive.add(name: "label", ints: [-1, 1 << 40], shape: [2])
        try archive.add(name: "path", strings: ["a.wav", "größer.flac", ""])
        try archive.add(name: "nothing", floats: [], shape: [0, 4])
        try archive.finish()
        let script = """
            import numpy, sys, zipfile
            assert zipfile.ZipFile(sys.argv[1]).testzip() is None
            a = numpy.load(sys.argv[1])
            assert a["rows"].tolist() == [[1, 2], [3, 4], [5, 6]]
            assert a["embedding"].dtype == numpy.float32
            assert a["embedding"].tolist() == [[0, 1.5], [-2, 3], [4, 5.25]]
            assert a["label"].tolist() == [-1, 1 << 40]
            assert a["path"].tolist() == ["a.wav", "größer.flac", ""]
            assert a["nothing"].shape == (0, 4)
            """
        let python = ProcessInfo.processInfo.environment["OSSICLE_PYTHON"] ?? "python3"
        guard try run(python, "-c", "import numpy") == 0 else {
            print("skipped: \(python) has no NumPy; set OSSICLE_PYTHON to one that has")
            return
        }
        #expect(try run(python, "-c", script, folder.place("a.npz")) == 0)
    }

    @Test func the_same_arrays_give_the_same_file_and_a_failure_names_it() throws {
        let folder = try TemporaryFolder()
        for name in ["a.npz", "b.npz"] {
            let archive = try NumpyArchive(folder.place(name))
            try archive.add(name: "x", floats: [1, 2], shape: [2])
            try archive.finish()
        }
        let files = try ["a.npz", "b.npz"].map { try Data(contentsOf: URL(fileURLWithPath: folder.place($0))) }
        #expect(files[0] == files[1])
        #expect(throws: NumpyError.self) { try NumpyArchive(folder.place("nowhere/a.npz")) }
        let unfinished = try NumpyArchive(folder.place("c.npz"))
        try unfinished.add(name: "x", floats: [1, 2], shape: [2])
        _ = consume unfinished
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    private func run(_ command: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
