import ArgumentParser
import Foundation

/// A file of shapes. Each line has the name of a kernel family and sizes; `#` starts a comment.
enum ShapeFile {
    static func cases(path: String, views: Int) throws -> [KernelCase] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError(
                "cannot read the file of shapes \(path); run in the package's folder, or use --shapes")
        }
        var cases: [KernelCase] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(separator: " ")
            guard let family = words.first else { continue }
            let sizes = words.dropFirst().compactMap { Int($0) }
            let isPositive = sizes.allSatisfy { $0 > 0 } && sizes.count == words.count - 1
            let found: [KernelCase]
            switch (family, sizes.count) {
            case ("pointwise", 4) where isPositive:
                found = KernelCase.pointwise(rowsPerView: sizes[0], sizes[1], sizes[2], count: sizes[3], views: views)
            case ("depthwise", 6) where isPositive:
                found = KernelCase.depthwise(
                    sizes[0], sizes[1], sizes[2], kernel: sizes[3], stride: sizes[4], count: sizes[5], views: views)
            case ("stem", 3) where isPositive:
                found = KernelCase.stem(sizes[0], sizes[1], outputs: sizes[2], views: views)
            case ("conv2d", 7) where isPositive:
                found = KernelCase.conv2d(
                    sizes[0], sizes[1], sizes[2], sizes[3], kernel: sizes[4], stride: sizes[5], count: sizes[6],
                    views: views)
            case ("maxpool", 4) where isPositive:
                found = KernelCase.maxpool(sizes[0], sizes[1], sizes[2], kernel: sizes[3], views: views)
            case ("residual", 3) where isPositive:
                found = KernelCase.residual(rowsPerView: sizes[0], sizes[1], count: sizes[2], views: views)
            case ("passes", 2) where isPositive:
                found = KernelCase.passes(rowsPerView: sizes[0], sizes[1], views: views)
            case ("adam", 1) where isPositive:
                found = KernelCase.adam(parameters: sizes[0])
            default:
                found = []
            }
            guard !found.isEmpty else {
                throw ValidationError("\(path), line \(number + 1): “\(line)” is not a shape of a kernel")
            }
            cases += found
        }
        return cases
    }
}
