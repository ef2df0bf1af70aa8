import CRubberBand
import CSndFile
import CSoxr
import OssicleBase

extension Machine {
    public static var sndFileVersion: String { String(cString: sf_version_string()) }
    public static var soxrVersion: String { String(cString: soxr_version()) }
    /// The one that was built against; the library does not tell its own.
    public static var rubberBandVersion: String { RUBBERBAND_VERSION }
}
