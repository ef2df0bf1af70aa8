import CSndFile
import Foundation
import OssicleBase

/// The bytes of a file, which libsndfile reads through callbacks.
///
/// libsndfile treats a failed read as the end of the file. A disk error would then look like a short recording. This
/// class repeats a failed read, and stores the error in `failure` if all attempts fail.
///
/// Errors of disks and network drives often pass: they are tried again after pauses (`PassingErrors`).
final class SoundFileBytes {
    /// A function that reads bytes, like `pread`.
    typealias Read = (_ file: Int32, _ target: UnsafeMutableRawPointer, _ count: Int, _ offset: Int) -> Int
    /// A function that opens a file for reading, like `open`.
    typealias Open = (_ path: String) -> Int32

    let path: String
    /// The length of the file in bytes.
    let length: Int
    /// The length that is reported to libsndfile. `SoundFileReader` explains why it can differ from `length`.
    var claimedLength: Int
    /// The `errno` of a read for which all attempts failed.
    private(set) var failure: Int32?
    private var position = 0
    private var file: Int32
    private let readBytes: Read
    private let openFile: Open

    /// The number of zero bytes that are returned at the end of a `claimedLength` that is longer than the file. It is
    /// the size of an ID3v1 tag, which decoders search at this position.
    private static let tailLength = 128

    init(
        _ path: String, read: @escaping Read = { pread($0, $1, $2, off_t($3)) },
        open: @escaping Open = { $0.withFileName { open($0, O_RDONLY | O_CLOEXEC) } }
    ) throws(AudioError) {
        var status = stat()
        guard PassingErrors.retrying({ path.withFileName { stat($0, &status) } }) == 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        if status.st_mode & S_IFMT == S_IFDIR { throw .notAudio(path: path, reason: "it is a folder") }
        if status.st_mode & S_IFMT != S_IFREG { throw .notAudio(path: path, reason: "it is not a regular file") }
        if status.st_size == 0 { throw .zeroBytes(path: path) }
        let opened = PassingErrors.retrying { open(path) }
        guard opened >= 0 else {
            switch errno {
            case ENOENT: throw .missing(path: path)
            case EMFILE, ENFILE: throw .tooManyOpenFiles(path: path, limit: Self.openFileLimit)
            default: throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
        }
        self.path = path
        file = opened
        length = Int(status.st_size)
        claimedLength = length
        readBytes = read
        openFile = open
    }

    /// The largest number of files that this process may have open.
    private static var openFileLimit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    deinit { close(file) }

    /// Returns `count` bytes from `offset`, or fewer bytes at the end of the file.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < length else { return [] }
        return [UInt8](unsafeUninitializedCapacity: min(count, length - offset)) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            initialized = readFully(base, buffer.count, at: offset)
        }
    }

    /// Opens the bytes as a sound file. This object must exist as long as the sound file.
    ///
    /// - Returns: nil if libsndfile cannot open the file.
    func openSound(_ header: inout SF_INFO) -> OpaquePointer? {
        position = 0
        var callbacks = SF_VIRTUAL_IO(
            get_filelen: { sf_count_t(SoundFileBytes.from($0)?.claimedLength ?? -1) },
            seek: { offset, whence, bytes in SoundFileBytes.from(bytes)?.seek(offset, whence) ?? -1 },
            read: { target, count, bytes in SoundFileBytes.from(bytes)?.read(target, count) ?? 0 },
            write: { _, _, _ in 0 },
            tell: { sf_count_t(SoundFileBytes.from($0)?.position ?? -1) })
        return sf_open_virtual(&callbacks, Int32(SFM_READ), &header, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> SoundFileBytes? {
        pointer.map { Unmanaged<SoundFileBytes>.fromOpaque($0).takeUnretainedValue() }
    }

    private func seek(_ offset: sf_count_t, _ whence: Int32) -> sf_count_t {
        let base =
            switch whence {
            case SEEK_CUR: position
            case SEEK_END: claimedLength
            default: 0
            }
        let (target, overflow) = base.addingReportingOverflow(Int(offset))
        guard !overflow, target >= 0 else { return -1 }
        position = target
        return sf_count_t(target)
    }

    private func read(_ target: UnsafeMutableRawPointer?, _ count: sf_count_t) -> sf_count_t {
        guard let target, count > 0 else { return 0 }
        if position >= length {
            let start = claimedLength - Self.tailLength
            guard claimedLength > length, position >= start, position < claimedLength else { return 0 }
            let zeros = min(Int(count), claimedLength - position)
            memset(target, 0, zeros)
            position += zeros
            return sf_count_t(zeros)
        }
        let read = readFully(target, min(Int(count), length - position), at: position)
        position += read
        return sf_count_t(read)
    }

    private func readFully(_ target: UnsafeMutableRawPointer, _ count: Int, at offset: Int) -> Int {
        var done = 0
        var failures = 0
        // After an error that lasts, the decoder may go on reading. It gets no more bytes, without pauses.
        while failure == nil, done < count {
            let read = readBytes(file, target + done, count - done, offset + done)
            if read > 0 {
                done += read
                failures = 0
            } else if read == 0 {
                break
            } else {
                let reason = errno
                if reason == EINTR { continue }
                guard PassingErrors.mayPass(reason), failures < PassingErrors.pauses.count else {
                    failure = reason
                    break
                }
                usleep(PassingErrors.pauses[failures])
                failures += 1
                // The open file stays unusable, but its path may lead to the same file again.
                if reason == ESTALE { reopen() }
            }
        }
        return done
    }

    /// Opens the file again, if it has still the same length.
    private func reopen() {
        let again = openFile(path)
        guard again >= 0 else { return }
        var status = stat()
        guard fstat(again, &status) == 0, Int(status.st_size) == length else {
            close(again)
            return
        }
        close(file)
        file = again
    }
}
