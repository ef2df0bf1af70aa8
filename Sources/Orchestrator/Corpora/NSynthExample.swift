/// The entry of a note in NSynth's `examples.json`, with the keys of NSynth.
struct NSynthExample: Encodable {
    let note: Int
    let noteStr: String
    let instrument: Int
    let instrumentStr: String
    let instrumentFamily: Int
    let instrumentFamilyStr: String
    let instrumentSource: Int
    let instrumentSourceStr: String
    let pitch: Int
    let velocity: Int
    let sampleRate: Int
    /// Qualities such as "bright", which the annotators of NSynth assigned. They are empty here, because nobody
    /// annotated these notes.
    let qualities: [Int] = []
    let qualitiesStr: [String] = []

    init(_ planned: PlannedNote, number: Int, sampleRate: Int) {
        let cast = planned.instrument
        note = number
        noteStr = planned.name
        instrument = cast.number
        instrumentStr = cast.name
        instrumentFamily = cast.instrument.family.rawValue
        instrumentFamilyStr = cast.instrument.family.name
        instrumentSource = cast.instrument.source.rawValue
        instrumentSourceStr = "\(cast.instrument.source)"
        pitch = planned.pitch
        velocity = planned.velocity
        self.sampleRate = sampleRate
    }

    enum CodingKeys: String, CodingKey {
        case note
        case noteStr = "note_str"
        case instrument
        case instrumentStr = "instrument_str"
        case instrumentFamily = "instrument_family"
        case instrumentFamilyStr = "instrument_family_str"
        case instrumentSource = "instrument_source"
        case instrumentSourceStr = "instrument_source_str"
        case pitch
        case velocity
        case sampleRate = "sample_rate"
        case qualities
        case qualitiesStr = "qualities_str"
    }
}
