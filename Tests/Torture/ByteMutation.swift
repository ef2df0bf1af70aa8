/// Changes of a file's bytes that need no knowledge of its format.
enum ByteMutation: CaseIterable {
    case flipBit, randomByte, special, insert, delete, duplicate, swap, zero, ones, cutEnd, cutBeginning, append

    /// `bytes` with one to six changes. Most of them are in the first `header` bytes.
    static func mutated(_ bytes: [UInt8], header: Int, _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<dice.few(6) { dice.pick(allCases).apply(to: &bytes, header: header, &dice) }
        return bytes
    }

    private func apply(to bytes: inout [UInt8], header: Int, _ dice: inout Dice) {
        guard !bytes.isEmpty else { return }
        let isHeader = dice.happens(0.7)
        let reach = isHeader ? min(header, bytes.count) : bytes.count
        let place = dice.below(reach)
        let part = dice.part(of: reach)
        switch self {
        case .flipBit: bytes[place] ^= 1 << UInt8(dice.below(8))
        case .randomByte: bytes[place] = dice.byte()
        case .special: Self.write(Self.special(&dice), at: place, in: &bytes)
        case .insert: bytes.insert(contentsOf: dice.bytes(dice.few(64)), at: place)
        case .delete: bytes.removeSubrange(part)
        case .duplicate:
            let copies = dice.happens(0.1) ? dice.number(2...200) : 1
            for _ in 0..<copies { bytes.insert(contentsOf: bytes[part], at: place) }
        case .swap:
            let moved = Array(bytes[part])
            bytes.removeSubrange(part)
            bytes.insert(contentsOf: moved, at: dice.below(bytes.count + 1))
        case .zero: Self.write([UInt8](repeating: 0, count: part.count), at: part.lowerBound, in: &bytes)
        case .ones: Self.write([UInt8](repeating: 0xFF, count: part.count), at: part.lowerBound, in: &bytes)
        case .cutEnd: bytes.removeSubrange(place...)
        case .cutBeginning: bytes.removeSubrange(..<dice.part(of: reach).count)
        case .append: bytes += dice.bytes(dice.number(1...300))
        }
    }

    private static func write(_ new: [UInt8], at place: Int, in bytes: inout [UInt8]) {
        for (offset, byte) in new.enumerated() where place + offset < bytes.count { bytes[place + offset] = byte }
    }

    /// A number at the limits of the integer types, or a special floating-point number, in one of the byte orders.
    private static func special(_ dice: inout Dice) -> [UInt8] {
        let numbers: [UInt64] = [
            0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF,
            0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max, UInt64(Float.nan.bitPattern),
            UInt64(Float.infinity.bitPattern), UInt64(Float.greatestFiniteMagnitude.bitPattern), Double.nan.bitPattern,
            Double.infinity.bitPattern, 1 << 40, 1000, 768_001,
        ]
        let number = dice.pick(numbers)
        let little = withUnsafeBytes(of: number.littleEndian) { Array($0.prefix([1, 2, 4, 8][dice.below(4)])) }
        return dice.happens(0.5) ? little : little.reversed()
    }
}
