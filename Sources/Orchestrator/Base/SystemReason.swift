import Foundation

extension Error {
    /// The message of the system that is behind an error of Foundation, whose own texts say little on Linux; for other
    /// errors, their description.
    package var systemReason: String {
        let error = self as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        return (error.userInfo[NSUnderlyingErrorKey] as? any Error)?.systemReason ?? "\(self)"
    }
}
