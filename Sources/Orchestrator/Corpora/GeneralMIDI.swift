/// The eleven instrument families of NSynth. The raw value is the number of the family in NSynth.
///
/// *Reference:* Engel et al., "Neural audio synthesis of musical notes with WaveNet autoencoders", ICML 2017.
enum InstrumentFamily: Int, CaseIterable, Sendable {
    case bass, brass, flute, guitar, keyboard, mallet, organ, reed, string, synthLead, vocal

    var name: String { self == .synthLead ? "synth_lead" : "\(self)" }
}

/// The way in which an instrument makes its sound. The raw value is its number in NSynth.
enum InstrumentSource: Int, CaseIterable, Sendable { case acoustic, electronic, synthetic }

/// One program of General MIDI, which is an instrument.
struct MIDIInstrument: Sendable, Equatable {
    /// The number of the program, from 0.
    let program: Int
    let name: String
    let family: InstrumentFamily
    let source: InstrumentSource
    /// The MIDI pitches that the instrument plays, within the range 21...108 of NSynth.
    let pitches: ClosedRange<Int>
}

extension MIDIInstrument {
    /// The programs of General MIDI, grouped by family. Most families are sections of General MIDI, which have eight
    /// programs. The voices are collected in `vocal`, and each folk instrument is in the family of similar instruments.
    /// Percussion, effects and pads are left out, because they have no single pitch or resemble no family. The ranges
    /// of pitches are approximately those of the real instruments. They exclude pitches at which a sound font of
    /// `SoundFont` is silent.
    static let all: [MIDIInstrument] = [
        section(
            .keyboard,
            [
                (0, "acoustic grand piano", .acoustic, 21...108), (1, "bright piano", .acoustic, 21...108),
                (2, "electric grand piano", .electronic, 21...108), (3, "honky-tonk piano", .acoustic, 21...108),
                (4, "electric piano 1", .electronic, 28...103), (5, "electric piano 2", .electronic, 28...103),
                (6, "harpsichord", .acoustic, 29...89), (7, "clavinet", .electronic, 36...96),
            ]),
        section(
            .mallet,
            [
                (8, "celesta", .acoustic, 60...108), (9, "glockenspiel", .acoustic, 72...108),
                (10, "music box", .acoustic, 60...96), (11, "vibraphone", .acoustic, 53...89),
                (12, "marimba", .acoustic, 48...96), (13, "xylophone", .acoustic, 65...108),
                (14, "tubular bells", .acoustic, 60...77), (15, "dulcimer", .acoustic, 60...84),
                (108, "kalimba", .acoustic, 48...79),
            ]),
        section(
            .organ,
            [
                (16, "drawbar organ", .electronic, 36...96), (17, "percussive organ", .electronic, 36...96),
                (18, "rock organ", .electronic, 36...96), (19, "church organ", .acoustic, 36...96),
                (20, "reed organ", .acoustic, 36...96), (21, "accordion", .acoustic, 53...89),
                (22, "harmonica", .acoustic, 60...84), (23, "tango accordion", .acoustic, 53...89),
            ]),
        section(
            .guitar,
            [
                (24, "nylon guitar", .acoustic, 40...84), (25, "steel guitar", .acoustic, 40...84),
                (26, "jazz guitar", .electronic, 40...86), (27, "clean guitar", .electronic, 40...86),
                (28, "muted guitar", .electronic, 40...84), (29, "overdriven guitar", .electronic, 40...86),
                (30, "distortion guitar", .electronic, 40...86), (31, "guitar harmonics", .electronic, 40...84),
                (104, "sitar", .acoustic, 48...77), (105, "banjo", .acoustic, 48...84),
                (106, "shamisen", .acoustic, 50...79), (107, "koto", .acoustic, 55...84),
            ]),
        section(
            .bass,
            [
                (32, "acoustic bass", .acoustic, 28...55), (33, "fingered bass", .electronic, 28...55),
                (34, "picked bass", .electronic, 28...55), (35, "fretless bass", .electronic, 28...55),
                (36, "slap bass 1", .electronic, 28...55), (37, "slap bass 2", .electronic, 28...55),
                (38, "synth bass 1", .synthetic, 28...60), (39, "synth bass 2", .synthetic, 28...60),
            ]),
        section(
            .string,
            [
                (40, "violin", .acoustic, 55...96), (41, "viola", .acoustic, 48...84),
                (42, "cello", .acoustic, 36...72), (43, "contrabass", .acoustic, 28...55),
                (44, "tremolo strings", .acoustic, 28...96), (45, "pizzicato strings", .acoustic, 28...96),
                (46, "harp", .acoustic, 23...103), (48, "string ensemble 1", .acoustic, 28...96),
                (49, "string ensemble 2", .acoustic, 28...96), (50, "synth strings 1", .synthetic, 36...96),
                (51, "synth strings 2", .synthetic, 36...96), (110, "fiddle", .acoustic, 55...96),
            ]),
        section(
            .vocal,
            [
                (52, "choir aahs", .acoustic, 48...79), (53, "voice oohs", .acoustic, 48...79),
                (54, "synth voice", .synthetic, 48...84), (85, "lead voice", .synthetic, 36...96),
                (91, "choir pad", .synthetic, 36...96),
            ]),
        section(
            .brass,
            [
                (56, "trumpet", .acoustic, 58...94), (57, "trombone", .acoustic, 34...75),
                (58, "tuba", .acoustic, 29...55), (59, "muted trumpet", .acoustic, 58...82),
                (60, "french horn", .acoustic, 41...77), (61, "brass section", .acoustic, 36...96),
                (62, "synth brass 1", .synthetic, 36...96), (63, "synth brass 2", .synthetic, 36...96),
            ]),
        section(
            .reed,
            [
                (64, "soprano sax", .acoustic, 54...87), (65, "alto sax", .acoustic, 49...80),
                (66, "tenor sax", .acoustic, 42...75), (67, "baritone sax", .acoustic, 37...68),
                (68, "oboe", .acoustic, 58...91), (69, "english horn", .acoustic, 52...81),
                (70, "bassoon", .acoustic, 34...64), (71, "clarinet", .acoustic, 50...91),
                (109, "bagpipe", .acoustic, 36...77), (111, "shanai", .acoustic, 48...72),
            ]),
        section(
            .flute,
            [
                (72, "piccolo", .acoustic, 74...108), (73, "flute", .acoustic, 60...96),
                (74, "recorder", .acoustic, 60...96), (75, "pan flute", .acoustic, 60...96),
                (76, "blown bottle", .acoustic, 60...96), (77, "shakuhachi", .acoustic, 55...84),
                (78, "whistle", .acoustic, 60...72), (79, "ocarina", .acoustic, 60...84),
            ]),
        section(
            .synthLead,
            [
                (80, "square lead", .synthetic, 21...108), (81, "sawtooth lead", .synthetic, 21...108),
                (82, "calliope lead", .synthetic, 36...96), (83, "chiff lead", .synthetic, 36...96),
                (84, "charang lead", .synthetic, 36...96), (87, "bass and lead", .synthetic, 21...108),
            ]),
    ].flatMap { $0 }

    private static func section(
        _ family: InstrumentFamily, _ rows: [(Int, String, InstrumentSource, ClosedRange<Int>)]
    ) -> [MIDIInstrument] {
        rows.map { MIDIInstrument(program: $0.0, name: $0.1, family: family, source: $0.2, pitches: $0.3) }
    }
}
