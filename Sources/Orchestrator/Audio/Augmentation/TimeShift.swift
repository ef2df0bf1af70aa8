/// An augmentation that shifts a waveform in time. Samples that leave the waveform at one end are inserted at the other
/// end.
public struct TimeShift: Sendable, Equatable, WaveformTransform {
    /// The shift in samples. If it is positive, the sound becomes later.
    public let samples: Int

    public var description: String { "time-shift: by \(samples) samples" }

    public func apply(to sound: inout [Float], machine: PitchMachine) {
        guard !sound.isEmpty else { return }
        let left = (sound.count - samples % sound.count) % sound.count
        sound = Array(sound[left...] + sound[..<left])
    }
}
