import Foundation
import Testing

@testable import OssicleCorpora

@Suite struct ExternalProgramTests {
    /// 200 kB are more than a pipe holds (64 KiB).
    @Test(.timeLimit(.minutes(1))) func a_program_may_write_any_amount_to_both_of_its_streams() throws {
        let shell = try ExternalProgram("sh", package: "dash")
        let script = "head -c 200000 /dev/zero >&2; head -c 200000 /dev/zero; echo done >&2"
        #expect(try shell.run(["-c", script]).count == 200_000)
        let error = #expect(throws: CorpusError.self) { try shell.run(["-c", script + "; echo reason >&2; exit 3"]) }
        #expect(error == .programFailed("sh", reason: "reason"))
    }
}
