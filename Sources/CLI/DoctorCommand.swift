import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle doctor`: show the machine's properties and the missing components.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Show the CPU, the instruction set in use, memory and libraries.")

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func run() {
        let report = DoctorReport()
        if json { JSONReport.print(report) } else { report.print() }
    }
}

/// The report of `ossicle doctor`.
struct DoctorReport: Encodable {
    struct Component: Encodable {
        let name: String
        /// The version, or nil if the component is not installed.
        let version: String?
        let neededFor: String
        /// The Debian packages that install the component.
        let packages: String

        enum CodingKeys: String, CodingKey {
            case name
            case version
            case neededFor = "needed_for"
        }
    }

    var cpu = Machine.cpuName
    var isa = Machine.activeInstructionSet
    var isaAvailable = Machine.instructionSets
    /// The value of OSSICLE_ISA, or nil if it is not set.
    var isaWanted = ProcessInfo.processInfo.environment["OSSICLE_ISA"].flatMap { $0.isEmpty ? nil : $0 }
    var threads = Machine.cores
    var memoryBytes = Machine.memoryBytes
    var transparentHugePages = Machine.transparentHugePages
    var components = [
        Component(
            name: "libsndfile", version: Machine.sndFileVersion, neededFor: "reading and writing sound files",
            packages: "libsndfile1-dev"),
        Component(
            name: "soxr", version: Machine.soxrVersion, neededFor: "resampling", packages: "libsoxr-dev"),
        Component(
            name: "Rubber Band", version: Machine.rubberBandVersion,
            neededFor: "pitch shifting and time stretching with pitch_engine: rubberband",
            packages: "librubberband-dev"),
        Component(
            name: "OpenBLAS", version: Machine.openBLASVersion, neededFor: "linear algebra in evaluation and tests",
            packages: "libopenblas-dev"),
        Component(
            name: "fluidsynth", version: Synthesizer.fluidsynth.version, neededFor: "ossicle corpus notes (optional)",
            packages: "fluidsynth timgm6mb-soundfont"),
        Component(
            name: "espeak-ng", version: Synthesizer.espeakNG.version, neededFor: "ossicle corpus words (optional)",
            packages: "espeak-ng"),
    ]

    /// Recommended changes, one sentence each.
    var advice: [String] {
        var advice: [String] = []
        if let complaint = Machine.instructionSetComplaint {
            advice.append("\(complaint). Every other command fails with this error.")
        }
        if transparentHugePages == "never" {
            advice.append(
                "Transparent huge pages are disabled, which slows down access to large blocks of memory. Enable them "
                    + "with: echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled")
        }
        for component in components where component.version == nil {
            advice.append(
                "\(component.name) is not installed. Install it with: sudo apt-get install \(component.packages)")
        }
        return advice
    }

    func print() {
        let gibibytes = String(format: "%.1f", Double(memoryBytes) / 0x1p30)
        var rows = [
            ("CPU", cpu),
            ("instruction set", "\(isa) (available: \(isaAvailable.joined(separator: ", ")))"),
            ("threads", "\(threads)"),
            ("memory", "\(gibibytes) GiB"),
            ("huge pages", transparentHugePages ?? "unknown"),
        ]
        rows += components.map { ($0.name, "\($0.version ?? "missing") — \($0.neededFor)") }
        let width = (rows.map(\.0.count).max() ?? 0) + 2
        for (label, value) in rows {
            Swift.print(label.padding(toLength: width, withPad: " ", startingAt: 0) + value)
        }
        for sentence in advice { Swift.print("! \(sentence)") }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cpu, forKey: .cpu)
        try container.encode(isa, forKey: .isa)
        try container.encode(isaAvailable, forKey: .isaAvailable)
        try container.encode(isaWanted, forKey: .isaWanted)
        try container.encode(threads, forKey: .threads)
        try container.encode(memoryBytes, forKey: .memoryBytes)
        try container.encode(transparentHugePages, forKey: .transparentHugePages)
        try container.encode(components, forKey: .components)
        try container.encode(advice, forKey: .advice)
    }

    private enum CodingKeys: String, CodingKey {
        case cpu
        case isa
        case isaAvailable = "isa_available"
        case isaWanted = "isa_wanted"
        case threads
        case memoryBytes = "memory_bytes"
        case transparentHugePages = "transparent_huge_pages"
        case components
        case advice
    }
}
