import ArgumentParser
import Foundation
import Orchestrator

/// The arguments of the program as text, without loss: the name of a recording need not be UTF-8.
enum Arguments {
    /// The options whose values are folders or files that are only read.
    private static let inputs = ["--data", "--evaluate", "--events", "--backgrounds"]

    /// The arguments after the name of the program.
    /// - Throws: `ValidationError` for an argument that is not UTF-8, if it is an option or the value of an option that
    ///   is not read.
    static func read() throws -> [String] {
        try texts(
            (1..<max(1, Int(CommandLine.argc))).compactMap { index in
                CommandLine.unsafeArgv[index].map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
            })
    }

    private static func texts(_ arguments: [[UInt8]]) throws -> [String] {
        let texts = arguments.map { String(fileBytes: $0) }
        var option = ""
        for (index, text) in texts.enumerated() {
            if text.hasPrefix("--") { option = text }
            if text.isEmpty || text.wholeMatch(of: /--[a-z-]+=/) != nil {
                let place = text.isEmpty && index > 0 ? " after \(texts[index - 1].shown)" : " \(text)"
                throw ValidationError(
                    "the argument\(place) is empty; if it is a variable of the shell, set the variable first")
            }
            guard String(validating: arguments[index], as: UTF8.self) == nil else { continue }
            let isValue = index > 0 && texts[index - 1].hasPrefix("-")
            guard !text.hasPrefix("-"), inputs.contains(option) || !isValue else {
                throw ValidationError(
                    "“\(text.shown)” is not UTF-8 text; only recordings and their folders can have such names")
            }
        }
        return texts
    }
}
