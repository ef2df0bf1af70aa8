import Foundation

extension Error {
    /// The message of the system for an error of Foundation, whose own texts say little on Linux; for other errors, their
    /// description.
    package var systemReason: String {
        let error = self as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { return cause.systemReason }
        switch (error.domain, error.code) {
        case (NSCocoaErrorDomain, CocoaError.fileNoSuchFile.rawValue),
            (NSCocoaErrorDomain, CocoaError.fileReadNoSuchFile.rawValue):
            return String(cString: strerror(ENOENT))
        case (NSCocoaErrorDomain, CocoaError.fileReadNoPermission.rawValue),
            (NSCocoaErrorDomain, CocoaError.fileWriteNoPermission.rawValue):
            return String(cString: strerror(EACCES))
        case (NSCocoaErrorDomain, CocoaError.fileWriteOutOfSpace.rawValue):
            return String(cString: strerror(ENOSPC))
        case (NSCocoaErrorDomain, CocoaError.fileWriteVolumeReadOnly.rawValue):
            return String(cString: strerror(EROFS))
        case (NSCocoaErrorDomain, CocoaError.fileWriteFileExists.rawValue):
            return String(cString: strerror(EEXIST))
        default: return error.domain == NSCocoaErrorDomain ? error.localizedDescription : "\(self)"
        }
    }
}
