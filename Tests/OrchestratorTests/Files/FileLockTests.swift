import Foundation
import Testing

@testable import OssicleBase

@Suite struct FileLockTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.place(name)) }

    @Test func a_second_lock_is_refused_and_names_the_process() throws {
        let first = try FileLock(folder.place("run/.lock"))
        #expect(first.isEffective && exists("run/.lock"))
        let own = Int(ProcessInfo.processInfo.processIdentifier)
        #expect(throws: FileLock.Failure.held(process: own)) { try FileLock(folder.place("run/.lock")) }
        first.release()
        let second = try FileLock(folder.place("run/.lock"))
        #expect(second.isEffective)
        second.release()
    }

    @Test func a_lock_removes_its_file_and_the_empty_folders_that_it_created() throws {
        let lock = try FileLock(folder.place("a/b/c/.lock"))
        #expect(exists("a/b/c/.lock"))
        lock.release()
        #expect(!exists("a"))
        let kept = try FileLock(folder.place("a/b/.lock"))
        try folder.write("kept", to: "a/file.txt")
        kept.release()
        #expect(exists("a/file.txt") && !exists("a/b"))
    }

    @Test func the_file_of_a_killed_process_is_no_lock() throws {
        try folder.write("1", to: "run/.lock")
        let lock = try FileLock(folder.place("run/.lock"))
        #expect(lock.isEffective)
        lock.release()
        #expect(exists("run") && !exists("run/.lock"))
    }

    @Test func a_lock_below_a_file_is_an_error_with_the_reason_of_the_system() throws {
        try folder.write("text", to: "file")
        #expect(throws: FileLock.Failure.unwritable(reason: String(cString: strerror(ENOTDIR)))) {
            try FileLock(folder.place("file/.lock"))
        }
    }
}

@Suite struct PartialFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func only_temporary_files_of_killed_processes_are_removed() throws {
        for name in ["a.npz.12-345.partial", "a.npz", "notes.partial", "12-3.partial.txt"] {
            try folder.write("x", to: name)
        }
        PartialFile.removeAll(in: folder.path)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["12-3.partial.txt", "a.npz", "notes.partial"])
    }

    @Test func a_temporary_file_is_registered_until_it_is_committed_or_dropped() throws {
        func begin(_ name: String) -> String {
            let partial = PartialFile(folder.place(name))
            #expect(FileManager.default.createFile(atPath: partial.path, contents: Data([1])))
            return partial.path
        }
        let dropped = begin("dropped")
        #expect(!FileManager.default.fileExists(atPath: dropped))
        let partial = PartialFile(folder.place("whole"))
        let path = partial.path
        #expect(FileManager.default.createFile(atPath: path, contents: Data([1])))
        #expect(partial.commit() == nil)
        // Files that were committed are not registered, and a signal handler would not remove them.
        TemporaryFiles.removeAll()
        #expect(FileManager.default.fileExists(atPath: folder.place("whole")))
    }
}
