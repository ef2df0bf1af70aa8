import CKernels
import Foundation
import OssicleBase

extension Machine {
    public static var cpuName: String {
        String(cString: ck_cpu_name()).trimmingCharacters(in: .whitespaces)
    }

    /// The instruction sets that this CPU and operating system support, from the most basic to the widest.
    public static var instructionSets: [String] {
        (0..<CK_ISA_COUNT.rawValue).map { ck_isa(rawValue: $0) }.filter { ck_isa_available($0) != 0 }.map(name)
    }

    /// The instruction set that the kernels use: the widest one, or the one that `OSSICLE_ISA` names. If `OSSICLE_ISA`
    /// does not name an instruction set of this machine, it is the portable one.
    public static var activeInstructionSet: String { name(ck_isa_active()) }

    /// The error message for an `OSSICLE_ISA` that is not an instruction set of this machine. It is one sentence. It is
    /// nil if `OSSICLE_ISA` is valid or not set.
    public static var instructionSetComplaint: String? {
        guard let wanted = ProcessInfo.processInfo.environment["OSSICLE_ISA"], !wanted.isEmpty else { return nil }
        var found = CK_ISA_PORTABLE
        guard ck_isa_named(wanted, &found) != CK_OK else { return nil }
        return "OSSICLE_ISA is “\(wanted)”, which is no instruction set of this machine: set it to "
            + "\(instructionSets.joined(separator: ", ")), or to nothing"
    }

    private static func name(_ isa: ck_isa) -> String { String(cString: ck_isa_name(isa)) }
}
