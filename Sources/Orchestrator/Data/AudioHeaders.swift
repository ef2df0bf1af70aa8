import Dispatch
import OssicleAudio
import Synchronization

/// A reader of the headers of many files in parallel.
enum AudioHeaders {
    typealias Outcome = Result<Header, AudioError>

    /// The header of a file, and its identity in the file system.
    struct Header: Sendable {
        let info: AudioInfo
        let identity: FileIdentity?
    }

    /// The result of each path, in order. Opening a file mostly waits for the disk or for the operating system. Blocks
    /// of files are therefore read on all cores.
    static func read(_ paths: [String]) -> [Outcome] {
        let blockSize = 64
        let blocks = (paths.count + blockSize - 1) / blockSize
        let outcomes = Mutex([[Outcome]](repeating: [], count: blocks))
        DispatchQueue.concurrentPerform(iterations: blocks) { block in
            let range = block * blockSize..<min(paths.count, (block + 1) * blockSize)
            let read = paths[range].map { path in
                Outcome { () throws(AudioError) in
                    Header(info: try AudioFile.info(path), identity: FileIdentity(path))
                }
            }
            outcomes.withLock { $0[block] = read }
        }
        return outcomes.withLock { Array($0.joined()) }
    }
}
