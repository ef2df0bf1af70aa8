import Foundation

/// Correct inputs as files, from which fuzzing starts: one folder for each reader of `Tests/Fuzz`.
struct Seeds {
    private var files: [(path: String, bytes: [UInt8])] = []

    init(_ base: BaseInputs) {
        func add(_ reader: String, _ texts: [String]) {
            files += texts.enumerated().map { ("\(reader)/\($0)", Array($1.utf8)) }
        }
        files += base.sounds.enumerated().map { ("sound/\($0)", $1.bytes) }
        // Without the tensors, which fuzzing should not spend its time on.
        files += base.checkpoints.enumerated().map { number, checkpoint in
            let header = Array(checkpoint.header.utf8)
            return (
                "safetensors/\(number)", withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
            )
        }
        add("recipe", TinyRecipe.all.map(\.yaml) + [base.completeRecipe])
        add("grid", [TinyRecipe.grid])
        add("table", ["path,label,split,fold,group,pitch\n0.wav,\"low, \"\"loud\"\"\",train,1,a,60\n"])
        add("esc50", ["filename,fold,target,category,esc10,src_file,take\n0.wav,1,0,dog,True,1,A\n"])
        add(
            "notes",
            [#"{"0":{"pitch":60,"instrument_str":"a","instrument_family":4,"instrument_family_str":"keys"}}"#])
        add("events", ["0.01\t0.08\tbell\n0.05\t0.2\tdog bark\n"])
        add("list", ["yes/0a_nohash_0.wav\n"])
    }

    func write(to folder: String) throws {
        for file in files {
            let url = URL(filePath: "\(folder)/\(file.path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: url)
        }
    }
}
