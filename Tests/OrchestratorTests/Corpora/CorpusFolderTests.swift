import Foundation
import Testing

@testable import OssicleCorpora

@Suite struct CorpusFolderTests {
    @Test func files_that_were_put_into_the_output_meanwhile_are_kept() throws {
        try withFolder { folder in
            let output = folder.appending(path: "corpus")
            let corpus = try CorpusFolder(output.path)
            try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
            let file = output.appending(path: "precious.txt")
            try Data("keep me".utf8).write(to: file)
            #expect(throws: CorpusError.outputExists(output.path)) { try corpus.publish() }
            #expect(try Data(contentsOf: file) == Data("keep me".utf8))
        }
    }

    @Test func two_processes_with_one_output_exclude_each_other() throws {
        try withFolder { folder in
            let output = folder.appending(path: "corpus")
            let first = try CorpusFolder(output.path)
            try first.write(Data("first".utf8), to: "a.txt")
            let own = Int(ProcessInfo.processInfo.processIdentifier)
            #expect(throws: CorpusError.outputInUse(output.path, process: own)) { try CorpusFolder(output.path) }
            try first.publish()
            #expect(throws: CorpusError.outputExists(output.path)) { try CorpusFolder(output.path) }
            #expect(try contents(of: folder) == ["corpus/a.txt": Data("first".utf8)])
        }
    }

    @Test func the_folder_of_a_killed_process_is_removed_and_similar_ones_are_kept() throws {
        try withFolder { folder in
            for name in ["corpus.12-345.partial/a.txt", "corpus.partial/b.txt", "other.12-345.partial/c.txt"] {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("x".utf8).write(to: file)
            }
            let corpus = try CorpusFolder(folder.appending(path: "corpus").path)
            corpus.discard()
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["corpus.partial", "other.12-345.partial"])
        }
    }

    @Test func an_empty_folder_or_a_link_to_one_becomes_the_corpus() throws {
        try withFolder { folder in
            let (target, link) = (folder.appending(path: "target"), folder.appending(path: "link"))
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
            let corpus = try CorpusFolder(link.path)
            try corpus.write(Data("a".utf8), to: "a.txt")
            try corpus.publish()
            #expect(try contents(of: target) == ["a.txt": Data("a".utf8)])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link", "target"])
        }
    }
}
