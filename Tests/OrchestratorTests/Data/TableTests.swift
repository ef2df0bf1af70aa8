import Foundation
import Orchestrator
import Testing

@testable import OssicleData

/// Tables as R, pandas, spreadsheets and Hugging Face write them.
@Suite struct TableTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["one/a.wav", "two/b, c.wav"] { try folder.writeNoise(name, seconds: 0.1) }
    }

    /// Expects the labels x of `one/a.wav` and y of `two/b, c.wav`.
    private func expectLabels(_ table: String, name: String = "labels.csv") throws {
        try folder.write(table, to: name)
        let set = try AudioDataset.open([folder.path])
        #expect(set.layout == .csv && set.classes == ["x", "y"], "\(table)")
        #expect(set.clips.map(\.label) == [0, 1] && set.warnings.isEmpty, "\(table): \(set.warnings)")
    }

    private func message(_ table: String, name: String = "labels.csv") throws -> String {
        let path = try folder.write(table, to: name)
        let error = #expect(throws: DataError.self, "\(table)") { try AudioDataset.open([folder.path]) }
        let text = error?.description ?? ""
        #expect(text.contains(path), "\(text)")
        return text
    }

    @Test(
        arguments: [
            "path,label\none/a.wav,x\n\"two/b, c.wav\",y\n", "path;label\none/a.wav;x\ntwo/b, c.wav;y\n",
            "path\tlabel\r\none/a.wav\tx\r\ntwo/b, c.wav\ty\r\n",
            "\"path\";\"label\"\n\"one/a.wav\";\"x\"\n\"two/b, c.wav\";\"y\"",
            "\u{FEFF}label;path\rx;one/a.wav\ry;two/b, c.wav\r", "sep=;\npath;label\none/a.wav;x\ntwo/b, c.wav;y\n",
            "\"\";\"path\";\"label\"\n\"1\";\"one/a.wav\";\"x\"\n\"2\";\"two/b, c.wav\";\"y\"\n",
            "\n\"a, b, c\";path;label;note\n;one/a.wav;x;\"1;\n2\"\n\n;two/b, c.wav;y;\n;;;\n",
            "path;label\none/a.wav;x;;\n./two//b, c.wav;y\n", "path;label\none\\a.wav;x\ntwo\\b, c.wav;y\n",
        ])
    func the_separator_is_that_of_the_header(table: String) throws { try expectLabels(table) }

    @Test(
        arguments: [
            "file", "filename", "file_name", "File Name", "file-path", "filepath", "audio", "PATH",
        ], ["label", "class", "Category"])
    func columns_have_the_names_that_people_write(path: String, label: String) throws {
        try expectLabels("\(path);\(label)\none/a.wav;x\ntwo/b, c.wav;y\n")
    }

    @Test(arguments: ["labels.tsv", "Labels.CSV", "manifest.tsv", "metadata.csv", "METADATA.TSV"])
    func a_table_is_found_by_its_name(name: String) throws {
        try expectLabels("path\tlabel\none/a.wav\tx\ntwo/b, c.wav\ty\n", name: name)
    }

    @Test func a_table_with_any_name_is_a_root() throws {
        for name in ["t.tsv", "t.CSV"] {
            let table = try folder.write("path\tlabel\none/a.wav\tx\ntwo/b, c.wav\ty\n", to: name)
            let set = try AudioDataset.open([table])
            #expect(set.layout == .csv && set.clips.map(\.label) == [0, 1])
        }
    }

    @Test func the_first_of_several_tables_is_read_and_the_others_are_named() throws {
        try folder.write("path,label\none/a.wav,x\n\"two/b, c.wav\",y\n", to: "labels.csv")
        try folder.write("file_name\none/a.wav\n", to: "metadata.csv")
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["x", "y"])
        #expect(set.warnings == ["\(folder.path)/labels.csv is read, and the table \(folder.path)/metadata.csv is not"])
    }

    @Test func a_table_without_paths_is_refused_unless_the_layout_is_given() throws {
        let text = try message("speaker,age\nann,30\n", name: "metadata.csv")
        for part in ["column “path”", "file_name", "--layout folders"] { #expect(text.contains(part), "\(text)") }
        #expect(try AudioDataset.open([folder.path], layout: .folders).classes == ["one", "two"])
        // A table of recordings beside it is read.
        try expectLabels("path;label\none/a.wav;x\ntwo/b, c.wav;y\n")
    }

    @Test func two_columns_with_one_meaning_are_decided_by_the_own_name_or_refused() throws {
        let refused = try message("file,file_name,label\none/a.wav,a.wav,x\n")
        #expect(refused.contains("“file” and “file_name” have the same meaning"))
        #expect(try message("path,label,label\none/a.wav,x,y\n").contains("“label” and “label” have the same meaning"))
        try folder.write("file_name;path;class;label\na.wav;one/a.wav;1;x\nb;two/b, c.wav;2;y\n", to: "labels.csv")
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["x", "y"] && set.clips.count == 2)
        #expect(set.warnings.count == 2)
        #expect(set.warnings.first?.hasSuffix("the column “path” is read, and “file_name” is not") == true)
    }

    @Test func a_row_with_another_number_of_fields_is_named() throws {
        #expect(try message("path,label\none/a.wav,x\ntwo/b, c.wav,y\n").contains("line 3 has 3 fields"))
        #expect(try message("path,label,split\none/a.wav,x\n").contains("line 2 has 2 fields"))
    }

    @Test func text_in_another_encoding_is_named() throws {
        let path = try folder.write("", to: "labels.csv")
        for encoding in [String.Encoding.utf16, .utf16LittleEndian] {
            try #require("path\tlabel\none/a.wav\tx\n".data(using: encoding)).write(to: URL(filePath: path))
            let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
            #expect(error?.description.hasPrefix("cannot use \(path): it is UTF-16 text") == true)
        }
        try Data(Array("path,label\none/a.wav,caf".utf8) + [0xE9, 0x0A]).write(to: URL(filePath: path))
        let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
        #expect(error?.description.contains("line 2 is not UTF-8 text: “one/a.wav,caf\\xE9”") == true)
    }

    @Test func files_that_a_table_lists_in_vain_or_does_not_list_are_counted() throws {
        try folder.writeNoise("three/d.wav", seconds: 0.1)
        try folder.write("path;label\none/a.wav;x\ngone.wav;y\nlost.wav;y\ntwo/b, c.wav;\n", to: "labels.csv")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.map(\.label) == [0, nil])
        #expect(
            set.warnings == [
                "skipped 2 of 4 files: there is no file \(folder.path)/gone.wav (the first of them)",
                "left out audio files in \(folder.path) that are not listed in \(folder.path)/labels.csv: 1, "
                    + "\(folder.path)/three/d.wav",
            ])
        #expect(
            set.probeWarnings == [
                "clips without a label are in no part of a probe: 1 of 2, \(folder.path)/two/b, c.wav"
            ])
    }

    @Test func rows_that_repeat_a_file_are_counted_or_refused() throws {
        let rows = "path;label;fold\none/a.wav;x;1\ntwo/b, c.wav;y;2\n"
        try folder.write(rows + "./one/a.wav;x;1\n", to: "labels.csv")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.count == 2)
        #expect(set.warnings == ["used only once files that are listed more than once: 1, \(folder.path)/one/a.wav"])
        for (row, words) in [("x;2", "the folds “1” and “2”"), ("y;1", "the labels “x” and “y”")] {
            try folder.write(rows + "one/a.wav;\(row)\n", to: "labels.csv")
            let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
            #expect(error?.description.contains("one/a.wav: it is listed with \(words)") == true)
        }
    }
}
