/// What a peer took for one case; its scripts print lists of them.
struct PeerFigure: Codable {
    /// Ours.
    var name: String
    /// Seconds.
    var median: Double
    /// Seconds with all that ours does besides, where the peer was asked for that too.
    var whole: Double?
    /// The peer's own choice of kernel: a fall-back path is no triumph to beat.
    var implementation: String
}

/// A peer's figures of one round.
struct PeerRound: Codable {
    var name: String
    var kernels: [PeerFigure]
}

/// Ours and a peer's times of the same cases, taken in turn.
struct PeerComparison: Encodable {
    struct Line: Encodable {
        var name: String
        /// Seconds, medians over the rounds.
        var own: Double
        var peer: Double
        /// The peer's ÷ ours.
        var ratio: Double
        /// The same, of the peer with all that ours does besides.
        var wholeRatio: Double?
        var implementation: String
    }

    var machine: MachineLine
    var peer = ""
    var rounds: Int
    /// In the order of `names`; cases that the peer does not have are left out.
    var lines: [Line]

    /// - Parameters:
    ///   - own: seconds of each case, in the order of `names`; called once a round, before `peer`.
    init(
        names: [String], threads: Int, rounds: Int, own: () throws -> [Double], peer: () throws -> PeerRound
    ) rethrows {
        machine = MachineLine(threads: threads)
        self.rounds = rounds
        var ours = Array(repeating: [Double](), count: names.count)
        var theirs: [String: [PeerFigure]] = [:]
        for _ in 0..<rounds {
            for (place, seconds) in try own().enumerated() { ours[place].append(seconds) }
            let round = try peer()
            self.peer = round.name
            for figure in round.kernels { theirs[figure.name, default: []].append(figure) }
        }
        lines = zip(names, ours).compactMap { name, times in
            guard let figures = theirs[name], let last = figures.last else { return nil }
            let (own, peer) = (times.median, figures.map(\.median).median)
            let whole = figures.compactMap(\.whole)
            return Line(
                name: name, own: own, peer: peer, ratio: peer / own,
                wholeRatio: whole.isEmpty ? nil : whole.median / own, implementation: last.implementation)
        }
    }

    func print(json: Bool) throws {
        if json { return try Output.json(self) }
        Swift.print("\(machine), against \(peer), medians of \(rounds) rounds\n")
        Output.row("", ["ms", "peer ms", "ratio", "whole", "  the peer's kernel"])
        for line in lines {
            Output.row(
                line.name,
                [
                    Output.number(1e3 * line.own, digits: 3), Output.number(1e3 * line.peer, digits: 3),
                    Output.number(line.ratio, digits: 2),
                    line.wholeRatio.map { Output.number($0, digits: 2) } ?? "", "  " + line.implementation,
                ])
        }
    }
}
