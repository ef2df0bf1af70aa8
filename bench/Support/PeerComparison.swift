/// The time of a peer for one case. The scripts of the peers print lists of these objects.
struct PeerFigure: Codable {
    /// Our name of the case.
    var name: String
    /// Seconds.
    var median: Double
    /// Seconds with all the additional work of our kernel, if it was measured.
    var whole: Double?
    /// The kernel that the peer selected. A high ratio to a fall-back kernel is not meaningful.
    var implementation: String
}

/// The times of a peer in one round.
struct PeerRound: Codable {
    var name: String
    var kernels: [PeerFigure]
}

/// Our times and a peer's times of the same cases, measured alternately.
struct PeerComparison: Encodable {
    struct Line: Encodable {
        var name: String
        /// Seconds, medians over the rounds.
        var own: Double
        var peer: Double
        /// The peer's time ÷ our time.
        var ratio: Double
        /// The same ratio for a peer that does all the additional work of our kernel.
        var wholeRatio: Double?
        var implementation: String
    }

    var machine: MachineLine
    var peer = ""
    var rounds: Int
    /// The cases in the order of `names`, without those that the peer does not support.
    var lines: [Line]

    /// Measures our program and the peer alternately.
    /// - Parameters:
    ///   - own: returns the seconds of each case, in the order of `names`. Called once per round, before `peer`.
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
