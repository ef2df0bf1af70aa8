import Foundation
import Testing

/// Checks that Package.swift, the diagram in docs/architecture.md and the imports of the source files agree about the
/// layers.
@Suite struct ArchitectureTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Returns every layer in the order of Package.swift, with its declared layers, C libraries and packages. Example
    /// of a declaration: `layer("Audio", on: ["Base", "Kernels"], and: ["CSndFile", "CSoxr"])`.
    private static func declared() throws -> [(name: String, uses: Set<String>)] {
        let manifest = try text("Package.swift")
        let layer = #/\blayer\(\s*"(\w+)",\s*on:\s*\[([^\]]*)\](?:,\s*and:\s*\[([^\]]*)\])?\s*\)/#
        return manifest.matches(of: layer).map { match in
            let names = "\(match.2),\(match.3 ?? "")".split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespacesAndNewlines.union(["\""])) }
            return ("\(match.1)", Set(names.filter { !$0.isEmpty }.map { $0 == "yams" ? "Yams" : $0 }))
        }
    }

    private struct Arrow: Hashable, CustomStringConvertible {
        let from: String
        let to: String
        var description: String { "\(from) --> \(to)" }
    }

    /// Returns the transitive reduction of the dependencies: the arrows that do not follow from other arrows.
    private static func reduced(_ uses: [String: Set<String>]) -> Set<Arrow> {
        func reaches(_ from: String, _ to: String) -> Bool {
            uses[from, default: []].contains { $0 == to || reaches($0, to) }
        }
        return Set(
            uses.flatMap { from, direct in
                direct.filter { to in !direct.contains { $0 != to && reaches($0, to) } }.map {
                    Arrow(from: from, to: $0)
                }
            })
    }

    @Test func the_picture_shows_the_layers_of_the_package() throws {
        let layers = try Self.declared()
        var uses = Dictionary(uniqueKeysWithValues: layers.map { ($0.name, $0.uses) })
        uses["Orchestrator"] = Set(layers.map(\.name))
        let picture = try #require(try Self.text("docs/architecture.md").firstMatch(of: #/```mermaid\n([^`]*)```/#))
        let drawn = picture.1.matches(of: #/(\w+) --> (\w+)/#).map { Arrow(from: "\($0.1)", to: "\($0.2)") }
        #expect(layers.count > 1)
        #expect(Set(drawn) == Self.reduced(uses))
        #expect(drawn.count == Set(drawn).count, "an arrow is drawn twice")
    }

    @Test func every_layer_stands_above_the_layers_that_it_uses() throws {
        let layers = try Self.declared()
        let names = layers.map(\.name)
        for (place, layer) in layers.enumerated() {
            let above = layer.uses.intersection(names[place...])
            #expect(above.isEmpty, "\(layer.name) uses \(above.sorted())")
        }
    }

    /// SwiftPM does not check this: a file can import any module that has been built, and a declared dependency can be
    /// unused.
    @Test func files_import_exactly_what_the_package_declares() throws {
        let layers = try Self.declared()
        let known = Set(layers.flatMap(\.uses)).union(layers.map(\.name))
        for layer in layers {
            let folder = Self.root.appending(path: "Sources/Orchestrator/\(layer.name)")
            let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
            var imported: Set<String> = []
            for file in files where file.hasSuffix(".swift") {
                let text = try Self.text("Sources/Orchestrator/\(layer.name)/\(file)")
                for match in text.matches(of: #/(?m)^(?:@\w+ )?import (?:Ossicle)?(\w+)$/#) {
                    imported.insert("\(match.1)")
                }
            }
            #expect(imported.contains("Orchestrator") == false, "\(layer.name) imports the whole library")
            #expect(imported.intersection(known) == layer.uses, "\(layer.name)")
        }
    }

    @Test func one_import_brings_every_layer() throws {
        let exports = try Self.text("Sources/Orchestrator/Library/Orchestrator.swift")
            .matches(of: #/(?m)^@_exported import Ossicle(\w+)$/#).map { "\($0.1)" }
        #expect(Set(exports) == Set(try Self.declared().map(\.name)))
    }
}
