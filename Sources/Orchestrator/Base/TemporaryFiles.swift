import Foundation
import Synchronization

/// The temporary files and folders that exist now. A signal handler removes them before the process ends
/// (``Interruption``), in the order in which they were registered. Only empty folders are removed.
///
/// A handler must not wait for a lock or release memory. The table therefore has a fixed number of places, and each
/// place is the address of a path. A file for which there is no place is not registered.
enum TemporaryFiles {
    private static let places = Table()

    /// A place of the table.
    struct Place {
        fileprivate let index: Int
    }

    private final class Table: Sendable {
        let addresses: InlineArray<64, Atomic<UInt>> = InlineArray { _ in Atomic(0) }
    }

    /// Creates the table, which must exist before a signal handler uses it.
    static func prepare() { _ = places.addresses[0].load(ordering: .relaxed) }

    /// Registers a file. Returns nil if the table is full.
    static func add(_ path: String) -> Place? {
        let text = path.withFileName { strdup($0) }
        for index in places.addresses.indices
        where places.addresses[index].compareExchange(
            expected: 0, desired: UInt(bitPattern: text), ordering: .sequentiallyConsistent
        ).exchanged {
            return Place(index: index)
        }
        free(text)
        return nil
    }

    /// Ends the registration of a file.
    static func forget(_ place: Place?) {
        guard let place else { return }
        let address = places.addresses[place.index].exchange(0, ordering: .sequentiallyConsistent)
        free(UnsafeMutablePointer<CChar>(bitPattern: address))
    }

    /// Removes all registered files. It can be called from a signal handler.
    static func removeAll() {
        for index in places.addresses.indices {
            // The text is not released: the handler may have interrupted the allocator.
            let address = places.addresses[index].exchange(0, ordering: .sequentiallyConsistent)
            if let path = UnsafePointer<CChar>(bitPattern: address), unlink(path) != 0 { rmdir(path) }
        }
    }
}
