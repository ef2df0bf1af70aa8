/// The numbers of clips for each pair of a true class and a predicted class.
///
/// The rows are the true classes, and the columns are the predicted classes.
public struct ConfusionMatrix: Sendable, Equatable {
    /// The number of classes.
    public let classes: Int
    /// The numbers of clips, (classes, classes), row-major.
    public private(set) var counts: [Int]

    public init(classes: Int) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// Counts pairs of labels and predictions.
    ///
    /// - Parameters:
    ///   - labels: the true class of each clip, in 0 ..< `classes`.
    ///   - predictions: the predicted class of each clip, in 0 ..< `classes`. There are as many as labels.
    public init(classes: Int, labels: [Int], predictions: [Int]) {
        self.init(classes: classes)
        precondition(labels.count == predictions.count, "one prediction a label")
        for (label, prediction) in zip(labels, predictions) { add(label: label, prediction: prediction) }
    }

    /// The sums of the counts of two matrices of the same classes.
    public static func + (a: ConfusionMatrix, b: ConfusionMatrix) -> ConfusionMatrix {
        precondition(a.classes == b.classes, "the same classes")
        var sum = a
        for i in sum.counts.indices { sum.counts[i] += b.counts[i] }
        return sum
    }

    /// Counts one clip. Both values are in 0 ..< `classes`.
    public mutating func add(label: Int, prediction: Int) { counts[label * classes + prediction] += 1 }

    /// The number of clips with this label and this prediction.
    public subscript(label: Int, prediction: Int) -> Int { counts[label * classes + prediction] }

    /// The number of all clips.
    public var total: Int { counts.reduce(0, +) }

    /// The share of correct predictions, Σ_k n_kk / Σ_kj n_kj. It is nil if there are no clips.
    public var accuracy: Double? {
        total == 0 ? nil : Double((0..<classes).reduce(0) { $0 + self[$1, $1] }) / Double(total)
    }

    /// The recall of each class k, n_kk / Σ_j n_kj. It is nil if no clip has the class.
    public var recalls: [Double?] {
        (0..<classes).map { label in
            let row = (0..<classes).reduce(0) { $0 + self[label, $1] }
            return row == 0 ? nil : Double(self[label, label]) / Double(row)
        }
    }

    /// The mean recall of the classes that occur. It is the accuracy for equal numbers of clips in these classes, and
    /// nil if there are no clips.
    public var meanRecall: Double? {
        let found = recalls.compactMap { $0 }
        return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
    }
}
