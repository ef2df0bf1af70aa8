import OssicleAudio
import OssicleKernels

extension FrontEndConfiguration: RecipeOptions {
    public init() { self.init(LogMelConfiguration()) }

    public static let section = "frontend"
    public static let keys: [OptionKey<FrontEndConfiguration>] = [
        .choice("name", \.name),
        .integer(name(.sampleRate), \.logMel.sampleRate, 1000...384_000),
        .integer(name(.windowSamples), \.logMel.windowSamples, 1...65_536),
        .integer(name(.hopSamples), \.logMel.hopSamples, .size),
        .integer(name(.fftSize), \.logMel.fftSize, 16...65_536),
        .integer(name(.melBands), \.logMel.melBands, 1...1024),
        .number(name(.lowHertz), \.logMel.lowHertz, "a frequency of 0 Hz or more") { $0 >= 0 },
        .number(name(.highHertz), \.logMel.highHertz, "a frequency above 0 Hz") { $0 > 0 },
        .number(name(.floor), \.logMel.floor, "a number of 1e-30 or more") { $0 >= 1e-30 },
    ]

    private static func name(_ key: LogMelConfiguration.Key) -> String { key.rawValue }
}
