/// Rotates a waveform: what leaves on one side comes in on the other.
public struct TimeShift: Sendable, Equatable, WaveformTransform {
    /// How far the sound moves to the right; negative: to the left.
    public let samples: Int

    public var description: String { "time-shift: by \(samples) samples" }

    public func apply(to sound: inout [Float], machine: PitchMachine) {
        guard !sound.isEmpty else { return }
        let left = (sound.count - samples % sound.count) % sound.count
        sound = Array(sound[left...] + sound[..<left])
    }
}
