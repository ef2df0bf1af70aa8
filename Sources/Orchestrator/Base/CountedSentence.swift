extension [String] {
    /// A sentence about files that are left out or treated in another way: what they are, their number and the first
    /// one. nil if the array is empty.
    /// - Parameters:
    ///   - what: the beginning of the sentence, for example “left out files that …”.
    ///   - total: the number of all files.
    package func counted(_ what: String, of total: Int? = nil) -> String? {
        guard let first else { return nil }
        let number = total.map { "\(count) of \($0)" } ?? "\(count)"
        return "\(what): \(number), \(count == 1 ? "" : "the first is ")\(first)".shown
    }
}

/// A sentence about some of several things, with the first of them: “2 of 9 clips have no pitch: a.wav (the first of them)”.
/// - Parameters:
///   - what: the rest of the sentence after the numbers.
///   - first: the first of the things, or a sentence about it.
package func countedSentence(_ count: Int, of total: Int, _ what: String, first: String) -> String {
    "\(count) of \(total) \(what): \(first)" + (count == 1 ? "" : " (the first of them)")
}
