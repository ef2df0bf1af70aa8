import Foundation
import Orchestrator
import Testing

@Suite struct AudioErrorTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func failure(_ name: String) -> AudioError? {
        do {
            _ = try AudioFile.read(folder.place(name))
            return nil
        } catch {
            #expect(error.description.contains(folder.place(name)), "the sentence names the file")
            #expect(!error.description.contains("\n") && !error.description.hasSuffix("."))
            return error
        }
    }

    @Test func a_missing_file_is_named() {
        #expect(failure("nothing.wav") == .missing(path: folder.place("nothing.wav")))
    }

    @Test func a_file_of_zero_bytes_is_not_taken_for_silence() throws {
        try Waves.write([], to: folder.place("empty.wav"))
        #expect(failure("empty.wav") == .zeroBytes(path: folder.place("empty.wav")))
    }

    @Test func text_and_folders_are_not_audio() throws {
        try Waves.write(Array("this is a shopping list, not a sound".utf8), to: folder.place("list.wav"))
        try FileManager.default.createDirectory(atPath: folder.place("folder.wav"), withIntermediateDirectories: true)
        for name in ["list.wav", "folder.wav"] {
            guard case .notAudio = failure(name) else {
                Issue.record("\(name) was accepted")
                continue
            }
        }
    }

    @Test func a_header_without_frames_is_refused() throws {
        try Waves.write(Waves.bytes([], rate: 16_000), to: folder.place("none.wav"))
        #expect(failure("none.wav") == .noFrames(path: folder.place("none.wav")))
    }

    @Test(arguments: [Float.nan, .infinity]) func samples_that_are_not_finite_are_refused(bad: Float) throws {
        var samples = Waves.tone(440, rate: 22_050, seconds: 3)
        samples[40_001] = bad
        try Waves.write(Waves.bytes(samples, rate: 22_050), to: folder.place("bad.wav"))
        #expect(failure("bad.wav") == .notFinite(path: folder.place("bad.wav"), index: 40_001))
    }

    /// The spectrum of samples of 10³⁸ had NaN and infinite values.
    @Test(arguments: [(Float(0x1p32), true), (-0x1.1p32, false), (2.5e38, false)])
    func samples_that_are_too_large_are_refused(sample: Float, isAccepted: Bool) throws {
        var samples = Waves.tone(440, rate: 22_050, seconds: 1)
        samples[9_001] = sample
        try Waves.write(Waves.bytes(samples, rate: 22_050), to: folder.place("large.wav"))
        let error = AudioError.tooLarge(path: folder.place("large.wav"), index: 9_001, sample: sample)
        #expect(failure("large.wav") == (isAccepted ? nil : error))
    }

    @Test func writing_names_the_file_and_leaves_nothing_behind() throws {
        for name in ["nowhere/a.wav", "a.xyz", "a"] {
            #expect(throws: AudioError.self) {
                try AudioFile.write(folder.place(name), samples: [0, 0.5], sampleRate: 16_000)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    /// Some encoders of libsndfile do not report a failed write.
    @Test(arguments: ["a.wav", "a.flac", "a.ogg", "a.mp3"]) func a_full_disk_is_an_error_in_every_format(
        name: String
    ) throws {
        let samples = Waves.tone(440, rate: 16_000, seconds: 30)
        // With a limit on the size of files the write fails, as on a full disk. The signal that the limit sends must be
        // ignored.
        signal(SIGXFSZ, SIG_IGN)
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        var small = rlimit(rlim_cur: 8_192, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old) }
        let path = folder.place(name)
        #expect(throws: AudioError.unwritable(path: path, reason: String(cString: strerror(EFBIG)))) {
            try AudioFile.write(path, samples: samples, sampleRate: 16_000)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
