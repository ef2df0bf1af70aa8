import Foundation
import Testing

@testable import OssicleBase
@testable import OssicleCorpora

@Suite(.serialized) struct ExternalProgramTests {
    /// 200 kB are more than a pipe holds (64 KiB).
    @Test(.timeLimit(.minutes(1))) func a_program_may_write_any_amount_to_both_of_its_streams() throws {
        let shell = try ExternalProgram("sh", package: "dash")
        let script = "head -c 200000 /dev/zero >&2; head -c 200000 /dev/zero; echo done >&2"
        #expect(try shell.run(["-c", script]).count == 200_000)
        let error = #expect(throws: CorpusError.self) { try shell.run(["-c", script + "; echo reason >&2; exit 3"]) }
        #expect(error == .programFailed("sh", reason: "reason"))
    }

    @Test(.timeLimit(.minutes(1))) func an_interruption_kills_the_program() throws {
        Interruption.reset()
        defer { Interruption.reset() }
        let requester = Thread {
            usleep(300_000)
            Interruption.request()
        }
        requester.start()
        let shell = try ExternalProgram("sh", package: "dash")
        #expect(throws: CorpusError.interrupted) { try shell.run(["-c", "exec sleep 300"]) }
        #expect(throws: CorpusError.interrupted) {
            try Rendering.run(3, progress: { _ in }, job: { _ in 1 })
        }
    }
}
