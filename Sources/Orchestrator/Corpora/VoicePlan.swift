import OssicleBase

/// One synthetic speaker: an accent and a timbre of espeak-ng, with its own pitch and pace.
struct Voice: Sendable, Equatable {
    /// The name, with eight hexadecimal digits as in Speech Commands.
    let name: String
    let accent: String
    let timbre: String
    /// The pitch on the scale of espeak-ng, 0 to 99.
    let pitch: Int
    /// The pace in words per minute.
    let pace: Int
    let part: CorpusPart

    /// The English accents of espeak-ng.
    static let accents = [
        "en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc",
    ]
    /// The timbres of espeak-ng that sound like people.
    static let timbres = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5"]

    /// Draws `count` voices. Of ten combinations of accent and timbre, one is used in `valid` only and two are used in
    /// `test` only. Therefore a voice of one part never has the accent and the timbre of a voice of another part.
    static func draw(_ count: Int, seed: UInt64) -> [Voice] {
        var combinations = accents.flatMap { accent in timbres.map { (accent, $0) } }
        var order = RandomStream(seed: seed, purpose: .corpus, view: 2)
        order.shuffle(&combinations)
        var used: Set<String> = []
        return (0..<count).map { index in
            var random = RandomStream(seed: seed, purpose: .corpus, clip: index, view: 3)
            let place = index % combinations.count
            let (accent, timbre) = combinations[place]
            var name = hexadecimal(random.nextWord())
            while !used.insert(name).inserted { name = hexadecimal(random.nextWord()) }
            return Voice(
                name: name, accent: accent, timbre: timbre, pitch: 20 + random.index(below: 61),
                pace: 130 + random.index(below: 71),
                part: place % 10 == 0 ? .valid : place % 10 < 3 ? .test : .train)
        }
    }

    private static func hexadecimal(_ word: UInt32) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
