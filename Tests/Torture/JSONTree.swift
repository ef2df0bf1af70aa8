import Foundation

/// A JSON value that keeps the order of nothing, and can be written with numbers that JSON encoders refuse.
indirect enum JSONTree: Decodable, Sendable {
    /// Any text, which is written as it is.
    case raw(String)
    case string(String)
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(_ text: String) throws { self = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8)) }

    init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: Key.self) {
            let keys = keyed.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(try keys.map { ($0.stringValue, try keyed.decode(JSONTree.self, forKey: $0)) })
        } else if var list = try? decoder.unkeyedContainer() {
            var items: [JSONTree] = []
            while !list.isAtEnd { items.append(try list.decode(JSONTree.self)) }
            self = .array(items)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .raw("null")
            } else if let flag = try? value.decode(Bool.self) {
                self = .raw("\(flag)")
            } else if let number = try? value.decode(Int.self) {
                self = .raw("\(number)")
            } else if let number = try? value.decode(Double.self) {
                self = .raw("\(number)")
            } else {
                self = .string(try value.decode(String.self))
            }
        }
    }

    var text: String {
        switch self {
        case .raw(let text): text
        case .string(let text): Self.quoted(text)
        case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let entries):
            "{" + entries.map { "\(Self.quoted($0.key)):\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    subscript(_ key: String) -> JSONTree? {
        get {
            guard case .object(let entries) = self else { return nil }
            return entries.first { $0.key == key }?.value
        }
        set {
            guard case .object(var entries) = self, let newValue else { return }
            entries.removeAll { $0.key == key }
            self = .object(entries + [(key, newValue)])
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 32:
                result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONTree {
    /// Changes one value or key: of this value, or of one that it contains.
    mutating func mutate(_ dice: inout Dice) {
        switch self {
        case .object(var entries) where !entries.isEmpty && dice.happens(0.95):
            let index = dice.below(entries.count)
            switch dice.below(12) {
            case 0: entries.remove(at: index)
            case 1: entries.append(entries[index])
            case 2: entries[index].key = dice.pick(["", "__metadata__", "pitch", "a\u{0}b", entries[index].key + "x"])
            case 3: entries[index].value = entries[dice.below(entries.count)].value
            default: entries[index].value.mutate(&dice)
            }
            self = .object(entries)
        case .array(var items) where !items.isEmpty && dice.happens(0.95):
            let index = dice.below(items.count)
            switch dice.below(10) {
            case 0: items.remove(at: index)
            case 1: items.insert(items[index], at: index)
            case 2: items = Array([[JSONTree]](repeating: items, count: dice.number(2...500)).joined())
            default: items[index].mutate(&dice)
            }
            self = .array(items)
        default: self = Self.extreme(&dice)
        }
    }

    /// Replaces one number, of this value or of one that it contains, by another number that JSON allows. The kinds of
    /// all values stay, so that a reader has to check the number itself.
    mutating func mutateNumber(_ dice: inout Dice) {
        switch self {
        case .object(var entries) where !entries.isEmpty:
            let index = dice.below(entries.count)
            entries[index].value.mutateNumber(&dice)
            self = .object(entries)
        case .array(var items) where !items.isEmpty:
            items[dice.below(items.count)].mutateNumber(&dice)
            self = .array(items)
        case .raw(let text) where Double(text) != nil: self = .raw(dice.pick(Self.numbers))
        default: break
        }
    }

    /// Numbers that JSON allows.
    private static let numbers = [
        "0", "-0.0", "1", "-1", "2", "3", "7", "100", "1000", "0.5", "-0.5", "1e-30", "1e30", "3.5e38", "1e300",
        "65537", "16777217",
        "1048577", "1073741825", "2147483648", "4294967296", "1099511627776", "4611686018427387904",
        "9223372036854775807",
        "-9223372036854775808",
    ]

    private static func extreme(_ dice: inout Dice) -> JSONTree {
        switch dice.below(8) {
        case 0: .raw(dice.pick(["null", "true", "false", "[]", "{}", "\"\"", "NaN", "1e400", "-0", "0.5", "1.0"]))
        case 1: .string(dice.pick(Extremes.texts))
        case 2: .raw(String(repeating: dice.pick(["[", "{\"a\":"]), count: dice.number(1...3_000)))
        case 3: .string(dice.pick(Extremes.numbers))
        default: .raw(dice.pick(Extremes.numbers))
        }
    }
}
