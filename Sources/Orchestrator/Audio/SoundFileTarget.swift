import CSndFile
import Foundation
import OssicleBase

/// A new file, to which libsndfile writes through callbacks.
///
/// Some encoders of libsndfile do not report that the disk is full, and the sound would be cut off without an error. This
/// class stores the first error in `failure`.
final class SoundFileTarget {
    /// The `errno` of the first call that failed; nil if none has failed.
    private(set) var failure: Int32?
    private let file: Int32

    init(_ path: String) {
        file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        if file < 0 { failure = errno }
    }

    deinit { if file >= 0 { close(file) } }

    /// Opens the file as a sound file. This object must exist as long as the sound file.
    ///
    /// - Returns: nil if libsndfile cannot open the file.
    func openSound(_ header: inout SF_INFO) -> OpaquePointer? {
        var callbacks = SF_VIRTUAL_IO(
            get_filelen: { SoundFileTarget.from($0)?.length ?? -1 },
            seek: { offset, whence, target in SoundFileTarget.from(target)?.seek(offset, whence) ?? -1 },
            read: { bytes, count, target in SoundFileTarget.from(target)?.read(bytes, count) ?? 0 },
            write: { bytes, count, target in SoundFileTarget.from(target)?.write(bytes, count) ?? 0 },
            tell: { SoundFileTarget.from($0)?.seek(0, SEEK_CUR) ?? -1 })
        return sf_open_virtual(&callbacks, Int32(SFM_WRITE), &header, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> SoundFileTarget? {
        pointer.map { Unmanaged<SoundFileTarget>.fromOpaque($0).takeUnretainedValue() }
    }

    private var length: sf_count_t {
        var status = stat()
        return fstat(file, &status) == 0 ? sf_count_t(status.st_size) : -1
    }

    private func seek(_ offset: sf_count_t, _ whence: Int32) -> sf_count_t {
        sf_count_t(lseek(file, off_t(offset), whence))
    }

    private func read(_ bytes: UnsafeMutableRawPointer?, _ count: sf_count_t) -> sf_count_t {
        guard let bytes, count > 0 else { return 0 }
        return sf_count_t(max(0, Foundation.read(file, bytes, Int(count))))
    }

    private func write(_ bytes: UnsafeRawPointer?, _ count: sf_count_t) -> sf_count_t {
        guard let bytes, failure == nil else { return 0 }
        let (written, failure) = OpenFile.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)), to: file)
        self.failure = failure
        return sf_count_t(written)
    }
}
