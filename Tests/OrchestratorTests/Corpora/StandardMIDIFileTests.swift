import Foundation
import Orchestrator
import Testing

@testable import OssicleCorpora

@Suite struct StandardMIDIFileTests {
    // The examples are from the table of variable-length quantities in the MIDI specification.
    @Test(
        arguments: [
            (0x00, [0x00]), (0x40, [0x40]), (0x7F, [0x7F]), (0x80, [0x81, 0x00]), (0x2000, [0xC0, 0x00]),
            (0x3FFF, [0xFF, 0x7F]), (0x4000, [0x81, 0x80, 0x00]), (0x0FFF_FFFF, [0xFF, 0xFF, 0xFF, 0x7F]),
        ] as [(Int, [UInt8])])
    func variable_length_numbers_are_those_of_the_specification(value: Int, bytes: [UInt8]) {
        #expect(StandardMIDIFile.variableLength(value) == bytes)
    }

    @Test func a_note_is_written_byte_for_byte() {
        var file = StandardMIDIFile()
        file.selectProgram(40, at: 0)
        file.noteOn(pitch: 60, velocity: 100, at: 0)
        file.noteOff(pitch: 60, at: 3000)
        let expected: [UInt8] =
            Array("MThd".utf8) + [0, 0, 0, 6, 0, 0, 0, 1, 0x03, 0xE8] + Array("MTrk".utf8) + [0, 0, 0, 24]
            + [0, 0xFF, 0x51, 0x03, 0x0F, 0x42, 0x40] + [0, 0xC0, 40] + [0, 0x90, 60, 100]
            + [0x97, 0x38, 0x80, 60, 0] + [0x87, 0x68, 0xFF, 0x2F, 0]
        #expect([UInt8](file.data(endingAt: 4000)) == expected)
    }
}
