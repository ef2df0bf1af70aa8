import COpenBLAS
import OssicleBase

/// The products and decompositions of row-major matrices that the evaluation needs.
///
/// OpenBLAS is limited to one thread in this process. Otherwise its sums would depend on the number of threads.
package enum LinearAlgebra {
    private static let singleThreaded: Void = openblas_set_num_threads(1)

    /// Computes c ← a bᵀ, with a (m, k), b (n, k), c (m, n).
    package static func multiplyTransposed(_ a: [Float], _ b: [Float], into c: inout [Float], m: Int, n: Int, k: Int) {
        precondition(a.count >= m * k && b.count >= n * k && c.count >= m * n, "matrices hold fewer values than named")
        singleThreaded
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b, Int32(k), 0, &c,
            Int32(n))
    }

    /// Computes c ← aᵀ b, with a (k, m), b (k, n), c (m, n).
    static func transposedMultiply(_ a: [Float], _ b: [Float], into c: inout [Float], m: Int, n: Int, k: Int) {
        precondition(a.count >= m * k && b.count >= n * k && c.count >= m * n, "matrices hold fewer values than named")
        singleThreaded
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(m), b, Int32(n), 0, &c,
            Int32(n))
    }

    /// Computes c ← x[rows] wᵀ, with x (…, k), w (n, k), c (rows.count, n).
    package static func multiplyTransposed(
        rows: Range<Int>, of x: [Float], _ w: [Float], into c: inout [Float], n: Int, k: Int
    ) {
        precondition(x.count >= rows.upperBound * k && w.count >= n * k && c.count >= rows.count * n)
        singleThreaded
        x.withUnsafeBufferPointer { x in
            guard let base = x.baseAddress, k > 0 else {
                for i in 0..<rows.count * n { c[i] = 0 }
                return
            }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(n), Int32(k), 1,
                base + rows.lowerBound * k, Int32(k), w, Int32(k), 0, &c, Int32(n))
        }
    }

    /// Computes c ← c + gᵀ x[rows], with g (rows.count, m), x (…, n), c (m, n).
    static func addTransposedMultiply(
        _ g: [Float], rows: Range<Int>, of x: [Float], to c: inout [Float], m: Int, n: Int
    ) {
        precondition(x.count >= rows.upperBound * n && g.count >= rows.count * m && c.count >= m * n)
        singleThreaded
        x.withUnsafeBufferPointer { x in
            guard let base = x.baseAddress, n > 0 else { return }
            cblas_sgemm(
                CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(rows.count), 1, g, Int32(m),
                base + rows.lowerBound * n, Int32(n), 1, &c, Int32(n))
        }
    }

    static func dot(_ a: [Double], _ b: [Double]) -> Double {
        precondition(a.count == b.count, "vectors of one length")
        singleThreaded
        return cblas_ddot(Int32(a.count), a, 1, b, 1)
    }

    /// Computes y ← y + α x.
    static func add(_ alpha: Double, times x: [Double], to y: inout [Double]) {
        precondition(x.count == y.count, "vectors of one length")
        singleThreaded
        cblas_daxpy(Int32(x.count), alpha, x, 1, &y, 1)
    }

    static func scale(_ x: inout [Double], by alpha: Double) {
        singleThreaded
        cblas_dscal(Int32(x.count), alpha, &x, 1)
    }

    /// Copies x into the memory of y, without an allocation: y ← x.
    static func copy(_ x: [Double], into y: inout [Double]) {
        precondition(x.count == y.count, "vectors of one length")
        singleThreaded
        cblas_dcopy(Int32(x.count), x, 1, &y, 1)
    }

    /// Returns max |x|. It is NaN if a value is NaN, and 0 if there are no values.
    static func largestMagnitude(_ x: [Double]) -> Double {
        var largest = 0.0
        let values = x.span
        for i in values.indices {
            let magnitude = abs(values[i])
            if !(magnitude <= largest) { largest = magnitude }
            if largest.isNaN { break }
        }
        return largest
    }

    /// Returns the eigenvalues and the eigenvectors of x xᵀ, for x (rows, columns).
    ///
    /// The eigenvalues are sorted, with the largest one first. Each *row* of the vectors is an eigenvector, in the same
    /// order. The product x xᵀ is computed in double precision. The columns of x are converted in blocks of 512: a copy
    /// of x in double precision would need twice the memory of x.
    ///
    /// - Returns: nil if values are not finite.
    static func rowEigenvectors(of x: [Float], rows: Int, columns: Int) -> (values: [Double], vectors: [Double])? {
        precondition(x.count >= rows * columns, "the matrix holds as many values as named")
        guard rows > 0 else { return ([], []) }
        singleThreaded
        var gram = [Double](repeating: 0, count: rows * rows)
        let width = min(512, columns)
        var block = [Double](repeating: 0, count: rows * width)
        for first in stride(from: 0, to: columns, by: width) {
            let size = min(width, columns - first)
            for row in 0..<rows {
                for column in 0..<size { block[row * width + column] = Double(x[row * columns + first + column]) }
            }
            cblas_dsyrk(
                CblasRowMajor, CblasUpper, CblasNoTrans, Int32(rows), Int32(size), 1, block, Int32(width), 1, &gram,
                Int32(rows))
        }
        let values = decompose(&gram, order: rows, job: "V")
        guard values.count == rows else { return nil }
        var vectors = [Double](repeating: 0, count: rows * rows)
        for i in 0..<rows {
            for j in 0..<rows { vectors[i * rows + j] = gram[(rows - 1 - i) * rows + j] }
        }
        return (values, vectors)
    }

    /// Returns the min(rows, columns) singular values of x (rows, columns), with the largest one first.
    ///
    /// They are the square roots of the eigenvalues of x xᵀ or xᵀ x, whichever matrix is smaller. Singular values below
    /// 10⁻⁸ of the largest one are rounding errors. If values of x are not finite, the result is empty.
    static func singularValues(_ x: [Double], rows: Int, columns: Int) -> [Double] {
        var gram = gram(x, rows: rows, columns: columns)
        return decompose(&gram, order: min(rows, columns), job: "N").map { max($0, 0).squareRoot() }
    }

    /// Returns the eigenvalues of x xᵀ (if rows ≤ columns) or xᵀ x, with the largest one first, and the eigenvector of
    /// length 1 for each of them. If values of x are not finite, the results are empty.
    static func eigenvectors(
        ofGramOf x: [Double], rows: Int, columns: Int
    ) -> (values: [Double], vectors: [[Double]]) {
        let order = min(rows, columns)
        var gram = gram(x, rows: rows, columns: columns)
        let values = decompose(&gram, order: order, job: "V")
        return (values, values.indices.map { Array(gram[(order - 1 - $0) * order..<(order - $0) * order]) })
    }

    /// Returns the upper triangle of x xᵀ or xᵀ x, whichever matrix is smaller.
    private static func gram(_ x: [Double], rows: Int, columns: Int) -> [Double] {
        precondition(x.count == rows * columns, "the matrix holds as many values as named")
        let order = min(rows, columns)
        var gram = [Double](repeating: 0, count: order * order)
        guard order > 0 else { return gram }
        singleThreaded
        let transpose = rows <= columns ? CblasNoTrans : CblasTrans
        cblas_dsyrk(
            CblasRowMajor, CblasUpper, transpose, Int32(order), Int32(max(rows, columns)), 1, x, Int32(columns), 0,
            &gram, Int32(order))
        return gram
    }

    /// Returns the eigenvalues of a symmetric matrix, with the largest one first.
    ///
    /// - Parameters:
    ///   - matrix: the upper triangle. With the job V, it receives the eigenvectors as rows. The first row belongs to
    ///     the smallest eigenvalue.
    ///   - job: V for eigenvalues and eigenvectors, N for eigenvalues only.
    /// - Returns: the eigenvalues, or an empty array if values are not finite.
    private static func decompose(_ matrix: inout [Double], order: Int, job: Unicode.Scalar) -> [Double] {
        guard order > 0 else { return [] }
        singleThreaded
        // LAPACK matrices are column-major, so that the upper triangle of the row-major matrix is a lower triangle for
        // LAPACK. The Fortran function is called directly, because its C wrapper is an additional library. The first
        // call returns the sizes of the workspaces.
        var (job, triangle) = (CChar(UInt8(ascii: job)), CChar(UInt8(ascii: "L")))
        var (n, status) = (Int32(order), Int32(0))
        var eigenvalues = [Double](repeating: 0, count: order)
        var (workSize, integerSize) = (Int32(-1), Int32(-1))
        var (work, integers) = ([0.0], [Int32(0)])
        for _ in 0..<2 {
            dsyevd_(
                &job, &triangle, &n, &matrix, &n, &eigenvalues, &work, &workSize, &integers, &integerSize, &status, 1,
                1)
            guard status == 0 else { return [] }
            if workSize < 0 {
                (workSize, integerSize) = (Int32(work[0]), integers[0])
                work = Array(repeating: 0, count: Int(workSize))
                integers = Array(repeating: 0, count: Int(integerSize))
            }
        }
        return eigenvalues.reversed()
    }
}

extension Machine {
    /// The version and the build options of OpenBLAS.
    public static var openBLASVersion: String { String(cString: openblas_get_config()) }
}
