import Foundation

/// The reader that `OSSICLE_READER` names, with its files.
private let target: (reader: Reader, folder: String, file: String) = {
    let name = ProcessInfo.processInfo.environment["OSSICLE_READER"] ?? ""
    guard let reader = Reader(rawValue: name), let (folder, file) = try? reader.prepare() else {
        let names = Reader.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(Data("fuzz: set OSSICLE_READER to one of \(names)\n".utf8))
        // exit() would be reported as a crash.
        _exit(2)
    }
    return (reader, folder, file)
}()

/// The function that libFuzzer calls with each input. `scripts/torture fuzz` links this library with libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    // An input that could not be written would be tested as if it were empty.
    guard (try? Data(bytes).write(to: URL(filePath: target.file))) != nil else {
        fatalError("cannot write \(target.file)")
    }
    try? target.reader.read(target.file, in: target.folder)
    return 0
}
