import COpenBLAS
import OssicleBase

/// The few products and decompositions that evaluation needs, row-major. OpenBLAS is held to one thread in this process:
/// its sums would otherwise depend on how many it finds.
package enum LinearAlgebra {
    private static let singleThreaded: Void = openblas_set_num_threads(1)

    /// c ← a bᵀ, with a (m, k), b (n, k), c (m, n).
    package static func multiplyTransposed(_ a: [Float], _ b: [Float], into c: inout [Float], m: Int, n: Int, k: Int) {
        precondition(a.count >= m * k && b.count >= n * k && c.count >= m * n, "matrices hold fewer values than named")
        singleThreaded
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b, Int32(k), 0, &c,
            Int32(n))
    }

    /// c ← aᵀ b, with a (k, m), b (k, n), c (m, n).
    static func transposedMultiply(_ a: [Float], _ b: [Float], into c: inout [Float], m: Int, n: Int, k: Int) {
        precondition(a.count >= m * k && b.count >= n * k && c.count >= m * n, "matrices hold fewer values than named")
        singleThreaded
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(m), b, Int32(n), 0, &c,
            Int32(n))
    }

    /// c ← x[rows] wᵀ, with x (…, k), w (n, k), c (rows.count, n).
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

    /// c ← c + gᵀ x[rows], with g (rows.count, m), x (…, n), c (m, n).
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

    /// y ← y + α x.
    static func add(_ alpha: Double, times x: [Double], to y: inout [Double]) {
        precondition(x.count == y.count, "vectors of one length")
        singleThreaded
        cblas_daxpy(Int32(x.count), alpha, x, 1, &y, 1)
    }

    static func scale(_ x: inout [Double], by alpha: Double) {
        singleThreaded
        cblas_dscal(Int32(x.count), alpha, &x, 1)
    }

    /// y ← x, into y's own memory.
    static func copy(_ x: [Double], into y: inout [Double]) {
        precondition(x.count == y.count, "vectors of one length")
        singleThreaded
        cblas_dcopy(Int32(x.count), x, 1, &y, 1)
    }

    /// max |x|; NaN if a value is NaN, 0 of none.
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

    /// x xᵀ of x (rows, columns), summed in double precision, and of it the eigenvalues, largest first, and U with an
    /// eigenvector in each *row*, in that order. nil if values are not finite. Columns are widened 512 at a time: a whole
    /// copy in double precision would take twice the matrix.
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

    /// Singular values of x (rows, columns), largest first, min(rows, columns) of them: the square roots of the
    /// eigenvalues of x xᵀ or xᵀ x, whichever is smaller. Values under 10⁻⁸ of the largest are rounding.
    static func singularValues(_ x: [Double], rows: Int, columns: Int) -> [Double] {
        var gram = gram(x, rows: rows, columns: columns)
        return decompose(&gram, order: min(rows, columns), job: "N").map { max($0, 0).squareRoot() }
    }

    /// Eigenvalues of x xᵀ (rows ≤ columns) or xᵀ x, largest first, and to each its eigenvector of length 1.
    static func eigenvectors(
        ofGramOf x: [Double], rows: Int, columns: Int
    ) -> (values: [Double], vectors: [[Double]]) {
        let order = min(rows, columns)
        var gram = gram(x, rows: rows, columns: columns)
        let values = decompose(&gram, order: order, job: "V")
        return (values, values.indices.map { Array(gram[(order - 1 - $0) * order..<(order - $0) * order]) })
    }

    /// The upper triangle of x xᵀ or xᵀ x, whichever is smaller.
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

    /// Eigenvalues, largest first; with the job V, `matrix` then holds the eigenvectors, the smallest value's first.
    /// Nothing for values that are not finite.
    private static func decompose(_ matrix: inout [Double], order: Int, job: Unicode.Scalar) -> [Double] {
        guard order > 0 else { return [] }
        singleThreaded
        // LAPACK counts by columns: the upper triangle by rows is its lower one. The reference's C wrapper would be one
        // library more, so that its Fortran is called as it is: a first call asks for the sizes of its workspaces.
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
    public static var openBLASVersion: String { String(cString: openblas_get_config()) }
}
