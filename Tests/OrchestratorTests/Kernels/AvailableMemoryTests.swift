import OssicleBase
import Testing

@testable import OssicleKernels

@Suite struct AvailableMemoryTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func write(_ group: String, _ files: [String: String]) throws {
        for (name, text) in files { try folder.write(text + "\n", to: group + name) }
    }

    @Test func a_machine_has_memory() throws {
        #expect(try #require(Machine.availableMemory) > 1 << 20)
    }

    @Test func the_lowest_limit_of_a_group_and_those_above_counts() throws {
        try write("", ["memory.current": "900"])
        try write("a/", ["memory.max": "1000", "memory.current": "700", "memory.stat": "anon 500\nfile 200\n"])
        try write("a/b/", ["memory.max": "max", "memory.current": "600"])
        try write("a/c/", ["memory.max": "500", "memory.current": "600"])
        func available(_ group: String) -> Int? {
            Machine.available(inGroup: group, below: folder.path, .version2)
        }
        #expect(available("/") == nil)
        // 1000 − (700 − 200): the file cache does not count.
        #expect(available("/a") == 500 && available("/a/b") == 500)
        #expect(available("/a/c") == 0)
        // In a container, the name of the group can be one that the container does not see.
        #expect(available("/a/elsewhere/d") == 500)
    }

    @Test func the_files_of_version_1_are_read() throws {
        try write("", ["memory.limit_in_bytes": "2000", "memory.usage_in_bytes": "1500"])
        try write("", ["memory.stat": "cache 1\ntotal_cache 100\n"])
        #expect(Machine.available(inGroup: "/docker/1", below: folder.path, .version1) == 600)
    }
}
