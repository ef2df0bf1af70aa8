import Foundation

/// A Standard MIDI File of format 0, with one tick per millisecond.
///
/// *Reference:* MIDI Manufacturers Association, "Standard MIDI Files 1.0", RP-001, 1996.
struct StandardMIDIFile {
    private var track: [UInt8] = []
    private var lastTick = 0

    init() {
        // A quarter note has 1,000 ticks (see the header) and lasts 1,000,000 µs.
        append(at: 0, [0xFF, 0x51, 0x03, 0x0F, 0x42, 0x40])
    }

    mutating func selectProgram(_ program: Int, at tick: Int) { append(at: tick, [0xC0, UInt8(program)]) }

    mutating func noteOn(pitch: Int, velocity: Int, at tick: Int) {
        append(at: tick, [0x90, UInt8(pitch), UInt8(velocity)])
    }

    mutating func noteOff(pitch: Int, at tick: Int) { append(at: tick, [0x80, UInt8(pitch), 0]) }

    /// Appends a message of controller 120, which silences all notes that still sound.
    mutating func allSoundOff(at tick: Int) { append(at: tick, [0xB0, 120, 0]) }

    /// The bytes of the file. The track ends at `tick`.
    func data(endingAt tick: Int) -> Data {
        var ended = self
        ended.append(at: tick, [0xFF, 0x2F, 0x00])
        let header: [UInt8] = Array("MThd".utf8) + Self.bigEndian(6) + [0, 0, 0, 1, 0x03, 0xE8]
        return Data(header + Array("MTrk".utf8) + Self.bigEndian(UInt32(ended.track.count)) + ended.track)
    }

    /// Appends an event. `tick` must not be smaller than that of the event before.
    private mutating func append(at tick: Int, _ event: [UInt8]) {
        precondition(tick >= lastTick, "MIDI events are appended in the order of time")
        track += Self.variableLength(tick - lastTick) + event
        lastTick = tick
    }

    /// The encoding of a number with seven bits per byte, most significant byte first. The top bit of a byte is set if
    /// another byte follows.
    static func variableLength(_ value: Int) -> [UInt8] {
        var bytes = [UInt8(value & 0x7F)]
        var rest = value >> 7
        while rest > 0 {
            bytes.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
            rest >>= 7
        }
        return bytes
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
