import CRubberBand
import CSndFile
import CSoxr
import OssicleBase

extension Machine {
    public static var sndFileVersion: String { String(cString: sf_version_string()) }
    public static var soxrVersion: String { String(cString: soxr_version()) }
    /// The version of the Rubber Band headers at build time. The library has no function that returns its version.
    public static var rubberBandVersion: String { RUBBERBAND_VERSION }
}
