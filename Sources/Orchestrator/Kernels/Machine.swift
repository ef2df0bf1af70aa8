import CKernels
import COpenBLAS
import CRubberBand
import CSndFile
import CSoxr
import Foundation

/// The machine that the kernels find themselves on.
public enum Machine {
    public static var cpuName: String {
        String(cString: ck_cpu_name()).trimmingCharacters(in: .whitespaces)
    }

    /// Instruction sets that this CPU and operating system run, from the plainest to the widest.
    public static var instructionSets: [String] {
        (0..<CK_ISA_COUNT.rawValue).map { ck_isa(rawValue: $0) }.filter { ck_isa_available($0) != 0 }.map(name)
    }

    /// The one that the kernels use: the widest, or the one that `OSSICLE_ISA` names.
    public static var activeInstructionSet: String { name(ck_isa_active()) }

    /// One sentence where `OSSICLE_ISA` names no instruction set of this machine; nil where the name is good or not set.
    public static var instructionSetComplaint: String? {
        guard let wanted = ProcessInfo.processInfo.environment["OSSICLE_ISA"], !wanted.isEmpty else { return nil }
        var found = CK_ISA_PORTABLE
        guard ck_isa_named(wanted, &found) != CK_OK else { return nil }
        return "OSSICLE_ISA is “\(wanted)”, which is no instruction set of this machine: set it to "
            + "\(instructionSets.joined(separator: ", ")), or to nothing"
    }

    /// Cores that this process may use.
    public static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Bytes of memory in the machine.
    public static var memoryBytes: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    /// What Linux does with large blocks of memory: always, madvise or never; nil elsewhere.
    public static var transparentHugePages: String? {
        let path = "/sys/kernel/mm/transparent_hugepage/enabled"
        guard let line = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        // The kernel puts brackets around what is chosen: "always [madvise] never".
        return line.split(separator: " ").first { $0.hasPrefix("[") }.map {
            String($0.dropFirst().prefix { $0 != "]" })
        }
    }

    public static var sndFileVersion: String { String(cString: sf_version_string()) }
    public static var soxrVersion: String { String(cString: soxr_version()) }
    /// The one that was built against; the library does not tell its own.
    public static var rubberBandVersion: String { RUBBERBAND_VERSION }
    public static var openBLASVersion: String { String(cString: openblas_get_config()) }

    private static func name(_ isa: ck_isa) -> String { String(cString: ck_isa_name(isa)) }
}
