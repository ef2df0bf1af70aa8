import CKernels
import COpenBLAS
import Testing

extension KernelTests {
    @Suite struct GemmTests {
        static let sizes = [1, 7, 8, 9, 16, 17, 31, 33, 48, 49, 100]

        @Test(arguments: [false, true], [false, true])
        func a_product_matches_the_reference(transposeA: Bool, transposeB: Bool) {
            var random = TestRandom(3)
            for i in Self.sizes.indices {
                // Every size is used for m, n and k, in combination with different sizes.
                let (m, n, k) = (Self.sizes[i], Self.sizes[(3 * i + 4) % 11], Self.sizes[(7 * i + 2) % 11])
                let product = GemmCase(m, n, k, transposeA, transposeB, &random)
                for beta: Float in [0, 0.5] {
                    let expected = product.reference(alpha: 0.7, beta: beta)
                    forEachInstructionSet { isa in
                        let c = product.run(alpha: 0.7, beta: beta, threads: 2)
                        #expect(c.isIntact)
                        // Values are at most 1. A sum has k roundings of partial sums of at most k, and one rounding of
                        // C.
                        let bound = Float(k + 2) * Float(k + 1).squareRoot() * .ulpOfOne
                        #expect(largestDifference(c, expected) <= bound, "\(isa) \(m)×\(n)×\(k)")
                    }
                }
            }
        }

        @Test func a_product_matches_openblas() {
            var random = TestRandom(4)
            let product = GemmCase(130, 513, 257, false, true, &random)
            let expected = Floats(130 * product.ldc) { product.initial[$0] }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, 130, 513, 257, 1.5, product.a.pointer, Int32(product.lda),
                product.b.pointer, Int32(product.ldb), 1, expected.pointer, Int32(product.ldc))
            forEachInstructionSet { isa in
                let c = product.run(alpha: 1.5, beta: 1, threads: 2)
                // Both results are rounded: k additions to sums that grow like √k, for each result.
                let bound = 2 * 257 * Float(257).squareRoot() * Float.ulpOfOne
                #expect(largestDifference(c, expected) <= bound, "\(isa)")
            }
        }

        @Test func bits_do_not_depend_on_the_number_of_threads() {
            var random = TestRandom(5)
            let product = GemmCase(200, 300, 1000, true, false, &random)
            forEachInstructionSet { isa in
                let results = (1...3).map { product.run(alpha: 1, beta: 1, threads: $0).values }
                #expect(results[0] == results[1] && results[1] == results[2], "\(isa)")
            }
        }

        @Test func an_empty_product_is_refused() {
            var plan = ck_gemm()
            #expect(ck_gemm_plan(&plan, 0, 1, 1, 0, 0) == CK_INVALID_SHAPE)
            #expect(ck_gemm_plan(&plan, 1, 1, -1, 0, 0) == CK_INVALID_SHAPE)
        }
    }
}

/// A product whose row pitches are larger than its rows.
private struct GemmCase {
    var plan = ck_gemm()
    let lda: Int, ldb: Int, ldc: Int
    let a: Floats, b: Floats, initial: Floats

    init(_ m: Int, _ n: Int, _ k: Int, _ transposeA: Bool, _ transposeB: Bool, _ random: inout TestRandom) {
        #expect(ck_gemm_plan(&plan, m, n, k, transposeA ? 1 : 0, transposeB ? 1 : 0) == CK_OK)
        lda = (transposeA ? m : k) + 3
        ldb = (transposeB ? k : n) + 2
        ldc = n + 1
        a = random.floats((transposeA ? k : m) * lda)
        b = random.floats((transposeB ? n : k) * ldb)
        initial = random.floats(m * ldc)
    }

    private func operands(alpha: Float, beta: Float, _ c: Floats) -> ck_gemm_operands {
        ck_gemm_operands(
            alpha: alpha, A: a.pointer, lda: lda, B: b.pointer, ldb: ldb, beta: beta, C: c.pointer, ldc: ldc)
    }

    func run(alpha: Float, beta: Float, threads: Int) -> Floats {
        var plan = plan
        let c = Floats(plan.M * ldc) { initial[$0] }
        let workspace = Floats(plan.workspace_bytes / 4) { _ in .nan }
        let execution = TestExecution(threads: threads, scratchBytes: plan.scratch_bytes)
        var operands = operands(alpha: alpha, beta: beta, c)
        ck_gemm_run(&execution.exec, &plan, &operands, workspace.pointer)
        #expect(workspace.isIntact)
        return c
    }

    func reference(alpha: Float, beta: Float) -> Floats {
        var plan = plan
        let c = Floats(plan.M * ldc) { initial[$0] }
        var operands = operands(alpha: alpha, beta: beta, c)
        ck_gemm_reference(&plan, &operands)
        return c
    }
}

private func largestDifference(_ a: Floats, _ b: Floats) -> Float {
    (0..<a.count).reduce(0) { max($0, abs(a[$1] - b[$1])) }
}
