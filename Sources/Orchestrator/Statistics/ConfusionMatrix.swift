/// How often clips of one class were taken for another: rows are the true classes, columns the predicted ones.
public struct ConfusionMatrix: Sendable, Equatable {
    public let classes: Int
    /// (classes, classes), row-major.
    public private(set) var counts: [Int]

    public init(classes: Int) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// - Parameters: `labels` and `predictions` are of one length, every value in 0 ..< `classes`.
    public init(classes: Int, labels: [Int], predictions: [Int]) {
        self.init(classes: classes)
        precondition(labels.count == predictions.count, "one prediction a label")
        for (label, prediction) in zip(labels, predictions) { add(label: label, prediction: prediction) }
    }

    public mutating func add(label: Int, prediction: Int) { counts[label * classes + prediction] += 1 }

    public subscript(label: Int, prediction: Int) -> Int { counts[label * classes + prediction] }

    public var total: Int { counts.reduce(0, +) }

    /// Σ_k n_kk / Σ_kj n_kj; 0 of nothing.
    public var accuracy: Double {
        total == 0 ? 0 : Double((0..<classes).reduce(0) { $0 + self[$1, $1] }) / Double(total)
    }

    /// n_kk / Σ_j n_kj of every class k; nil where no clip has the class.
    public var recalls: [Double?] {
        (0..<classes).map { label in
            let row = (0..<classes).reduce(0) { $0 + self[label, $1] }
            return row == 0 ? nil : Double(self[label, label]) / Double(row)
        }
    }

    /// Mean recall of the classes that occur: what accuracy would be if they all had as many clips.
    public var meanRecall: Double {
        let found = recalls.compactMap { $0 }
        return found.isEmpty ? 0 : found.reduce(0, +) / Double(found.count)
    }
}
