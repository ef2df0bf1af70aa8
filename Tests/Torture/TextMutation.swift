/// Changes of a text file that know lines, fields and numbers.
struct TextMutation {
    /// The characters between the fields of a line.
    let separators: [UInt8]

    private enum Change: CaseIterable {
        case deleteLine, duplicateLine, swapLines, deleteField, duplicateField, swapFields, replaceField
        case replaceFieldAgain, changeNumber, changeSeparator, byteOrderMark, nul, carriageReturns, onlyCarriageReturns
        case invalidUTF8, longLine, deepNesting, quote, empty, repeatAll, noFinalNewline, oddNewline, bytes
    }

    /// `text` with one to four changes.
    func mutated(_ text: String, _ dice: inout Dice) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<dice.few(4) { apply(dice.pick(Change.allCases), to: &bytes, &dice) }
        return bytes
    }

    private func apply(_ change: Change, to bytes: inout [UInt8], _ dice: inout Dice) {
        switch change {
        case .deleteLine, .duplicateLine, .swapLines, .longLine, .deepNesting: changeLines(change, &bytes, &dice)
        case .deleteField, .duplicateField, .swapFields, .replaceField, .replaceFieldAgain, .changeNumber:
            changeFields(change, &bytes, &dice)
        case .changeSeparator:
            guard let old = separators.first else { return }
            let new = dice.pick(Array(",;\t |=:".utf8))
            let isEverywhere = dice.happens(0.5)
            for i in bytes.indices where bytes[i] == old && (isEverywhere || dice.happens(0.1)) { bytes[i] = new }
        case .byteOrderMark:
            bytes.insert(contentsOf: dice.pick([[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]]), at: 0)
        case .nul: bytes.insert(0, at: dice.below(bytes.count + 1))
        case .carriageReturns: bytes = bytes.flatMap { $0 == Self.newline ? [13, 10] : [$0] }
        case .onlyCarriageReturns: bytes = bytes.map { $0 == Self.newline ? 13 : $0 }
        case .invalidUTF8:
            let wrong: [[UInt8]] = [
                [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
            ]
            bytes.insert(contentsOf: dice.pick(wrong), at: dice.below(bytes.count + 1))
        case .quote: bytes.insert(dice.pick(Array("\"'`".utf8)), at: dice.below(bytes.count + 1))
        case .empty: bytes = dice.pick([[], [10], [32], Array("\n\n\n".utf8)])
        case .repeatAll: bytes = Array([[UInt8]](repeating: bytes, count: dice.number(2...200)).joined())
        case .noFinalNewline: while bytes.last == Self.newline { bytes.removeLast() }
        case .oddNewline:
            let places = bytes.indices.filter { bytes[$0] == Self.newline }
            guard !places.isEmpty else { return }
            let place = dice.pick(places)
            bytes.replaceSubrange(place...place, with: Array(dice.pick(["\u{B}", "\u{C}", "\u{85}", "\u{2028}"]).utf8))
        case .bytes: bytes = ByteMutation.mutated(bytes, header: bytes.count, &dice)
        }
    }

    private func changeLines(_ change: Change, _ bytes: inout [UInt8], _ dice: inout Dice) {
        var lines = bytes.split(separator: Self.newline, omittingEmptySubsequences: false).map(Array.init)
        let (line, other) = (dice.below(lines.count), dice.below(lines.count))
        switch change {
        case .deleteLine: lines.remove(at: line)
        case .duplicateLine: lines.insert(lines[line], at: other)
        case .swapLines: lines.swapAt(line, other)
        case .longLine:
            let filling = Array(dice.pick(["x", " ", "1,", "\"", "\t", "a: ", "# ", "é"]).utf8)
            lines.insert(Array([[UInt8]](repeating: filling, count: dice.number(1_000...200_000)).joined()), at: line)
        case .deepNesting:
            let opening = Array(dice.pick(["[", "{a: ", "- ", "{\"a\":", "? ", "[{a: "]).utf8)
            let nested = Array([[UInt8]](repeating: opening, count: dice.number(10...20_000)).joined())
            if dice.happens(0.5) { lines[line] += nested } else { lines.insert(nested, at: line) }
        default: return
        }
        bytes = Array(lines.joined(separator: [Self.newline]))
    }

    private func changeFields(_ change: Change, _ bytes: inout [UInt8], _ dice: inout Dice) {
        let breaks = Set(separators + [Self.newline])
        var fields: [Range<Int>] = []
        var start = 0
        for end in bytes.indices where breaks.contains(bytes[end]) {
            fields.append(start..<end)
            start = end + 1
        }
        fields.append(start..<bytes.count)
        let (one, two) = (dice.pick(fields), dice.pick(fields))
        let extreme = dice.happens(0.7) ? Array(dice.pick(Extremes.all).utf8) : Array(bytes[two])
        switch change {
        case .deleteField: bytes.removeSubrange(one.lowerBound..<min(bytes.count, one.upperBound + 1))
        case .duplicateField: bytes.insert(contentsOf: bytes[one] + separators.prefix(1), at: one.lowerBound)
        case .swapFields where one.upperBound <= two.lowerBound:
            let (first, second) = (Array(bytes[one]), Array(bytes[two]))
            bytes.replaceSubrange(two, with: first)
            bytes.replaceSubrange(one, with: second)
        case .changeNumber:
            let numbers = fields.filter { bytes[$0].contains { (48...57).contains($0) } }
            guard !numbers.isEmpty else { return }
            bytes.replaceSubrange(dice.pick(numbers), with: Array(dice.pick(Extremes.numbers).utf8))
        default: bytes.replaceSubrange(one, with: extreme)
        }
    }

    private static let newline = UInt8(ascii: "\n")
}
