/// The Levenshtein distance of two words.
package enum EditDistance {
    /// The number of insertions, deletions and replacements that turn `a` into `b`, ignoring case.
    static func between(_ a: some StringProtocol, _ b: some StringProtocol) -> Int {
        let a = Array(a.lowercased())
        let b = Array(b.lowercased())
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = x == y ? diagonal : 1 + min(diagonal, above, row[j])
                diagonal = above
            }
        }
        return row[b.count]
    }

    /// The known name that is most similar to a misspelled one. At most a third of the letters may differ, but two
    /// differences are always allowed. nil if no name is similar enough.
    package static func nearest(to unknown: String, of names: [String]) -> String? {
        names.map { (name: $0, distance: between(unknown, $0)) }.min { $0.distance < $1.distance }
            .flatMap { $0.distance <= max(2, unknown.count / 3) ? $0.name : nil }
    }
}
