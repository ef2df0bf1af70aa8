import OssicleBase

/// The names of classes that a data set numbers. A number has one name, and a name has one number.
struct NumberedClasses {
    private struct Place {
        let number: Int
        let name: String
        let place: String
        let path: String
    }

    private let numberColumn: String
    private let nameColumn: String
    private var byNumber: [Int: Place] = [:]
    private var byName: [ByteText: Place] = [:]

    /// - Parameters:
    ///   - number: the name of the number in the data set, for messages.
    ///   - name: the name of the name in the data set.
    init(number: String, name: String) { (numberColumn, nameColumn) = (number, name) }

    /// The names in the order of their numbers.
    var names: [String] { byNumber.sorted { $0.key < $1.key }.map(\.value.name) }

    /// Adds a class.
    /// - Parameters:
    ///   - place: the place in the file, for messages: a line, for example.
    ///   - path: the path of the file.
    /// - Throws: `DataError.malformed` if the number has another name, or the name has another number.
    mutating func add(_ number: Int, _ name: String, at place: String, of path: String) throws(DataError) {
        let new = Place(number: number, name: name, place: place, path: path)
        if let old = byNumber[number], ByteText(old.name) != ByteText(name) {
            throw conflict(old, new, "the \(numberColumn) \(number) has the \(nameColumn) “\(old.name)”", "“\(name)”")
        }
        if let old = byName[ByteText(name)], old.number != number {
            throw conflict(old, new, "the \(nameColumn) “\(name)” has the \(numberColumn) \(old.number)", "\(number)")
        }
        byNumber[number] = byNumber[number] ?? new
        byName[ByteText(name)] = byName[ByteText(name)] ?? new
    }

    private func conflict(_ old: Place, _ new: Place, _ first: String, _ second: String) -> DataError {
        let file = ByteText(old.path) == ByteText(new.path) ? "" : " of \(old.path)"
        return .malformed(
            path: new.path,
            reason: "\(first) in \(old.place)\(file) and \(second) in \(new.place); correct one of them")
    }
}
