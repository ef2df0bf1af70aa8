import CKernels
import Testing

extension KernelTests {
    @Suite struct PointwiseTests {
        /// Shapes (images, rows per image, K, N): incomplete tiles and vectors of every size, and shapes of
        /// EfficientNet-B0.
        static let shapes = [
            (1, 1, 1, 1), (3, 3, 7, 8), (2, 4, 8, 7), (1, 9, 9, 15), (5, 3, 15, 9), (16, 1, 16, 17), (17, 1, 17, 16),
            (2, 12, 31, 33), (11, 3, 33, 31), (4, 12, 48, 49), (7, 7, 49, 48), (1, 50, 24, 144), (3, 20, 240, 40),
            (40, 6, 100, 97), (2, 1536, 32, 16), (9, 96, 40, 240),
        ]

        @Test func forward_matches_the_reference_for_every_form_of_operand() {
            forEachCase { pointwise, isa in
                let expected = pointwise.forwardReference()
                let (y, statistics) = pointwise.forward(threads: 2)
                #expect(y.isIntact && statistics.isIntact)
                #expect(error(y, expected) <= bound(pointwise.plan.K), "\(isa) \(pointwise.name)")
            }
        }

        @Test func statistics_are_the_moments_of_what_was_stored() {
            forEachCase { pointwise, isa in
                let (y, statistics) = pointwise.forward(threads: 2)
                Moments.expect(
                    statistics, of: y, blocks: pointwise.plan.statistics_blocks, channels: pointwise.plan.N,
                    chain: pointwise.plan.forward_block, "\(isa) \(pointwise.name)")
            }
        }

        @Test func backward_matches_the_reference_for_every_form_of_operand_and_gradient() {
            forEachCase { pointwise, isa in
                let expected = pointwise.backwardReference()
                let result = pointwise.backward(threads: 2)
                #expect(result.dx.isIntact && result.dw.isIntact && result.dbias.isIntact)
                #expect(error(result.dx, expected.dx) <= bound(pointwise.plan.N + 1), "\(isa) dx \(pointwise.name)")
                #expect(error(result.dw, expected.dw) <= bound(pointwise.plan.M), "\(isa) dw \(pointwise.name)")
                #expect(
                    error(result.dbias, expected.dbias) <= bound(pointwise.plan.M), "\(isa) dbias \(pointwise.name)")
            }
        }

        /// Results that are large enough for streaming stores, with every pace of the stage (pointwise/stage.h), and
        /// with an incomplete last tile. The arguments are the sizes of a product. The forward pass computes it as y,
        /// and the backward pass, with K and N exchanged, as dx.
        @Test(arguments: [(17, 3701, 160), (33, 3701, 144), (100, 4699, 112), (150, 4111, 128)])
        func large_results_match_the_reference(depth: Int, rows: Int, columns: Int) {
            let forward = PointwiseCase((1, rows, depth, columns), form: 0)
            let backward = PointwiseCase((1, rows, columns, depth), form: 6)
            let (y, gradients) = (forward.forwardReference(), backward.backwardReference())
            forEachInstructionSet { isa in
                let result = forward.forward(threads: 2).y
                #expect(result.isIntact && error(result, y) <= bound(depth), "\(isa) y \(forward.name)")
                let dx = backward.backward(threads: 2).dx
                #expect(dx.isIntact && error(dx, gradients.dx) <= bound(depth + 1), "\(isa) dx \(backward.name)")
            }
        }

        @Test func bits_do_not_depend_on_the_number_of_threads() {
            for shape in [(40, 24, 24, 144), (6, 96, 144, 40), (64, 6, 672, 192), (64, 1, 320, 256)] {
                let pointwise = PointwiseCase(shape, form: 11)
                forEachInstructionSet { isa in
                    let forward = (1...3).map { pointwise.forward(threads: $0) }
                    let backward = (1...3).map { pointwise.backward(threads: $0) }
                    for i in 1...2 {
                        #expect(forward[i].y.values == forward[0].y.values, "\(isa)")
                        #expect(forward[i].statistics.values == forward[0].statistics.values, "\(isa)")
                        #expect(backward[i].dx.values == backward[0].dx.values, "\(isa)")
                        #expect(backward[i].dw.values == backward[0].dw.values, "\(isa)")
                        #expect(backward[i].dbias.values == backward[0].dbias.values, "\(isa)")
                    }
                }
            }
        }

        @Test func the_reference_backward_is_the_slope_of_the_reference_forward() {
            let pointwise = PointwiseCase((3, 2, 4, 5), form: 0)  // plain operand and gradient; the loss is Σ dz·y
            let slopes = pointwise.backwardReference()
            func loss() -> Double {
                let y = pointwise.forwardReference()
                return (0..<y.count).reduce(0) { $0 + Double(y[$1]) * Double(pointwise.dz[$1]) }
            }
            for (input, slope, overwrites) in [
                (pointwise.x, slopes.dx, false), (pointwise.w, slopes.dw, true), (pointwise.bias, slopes.dbias, true),
            ] {
                for i in 0..<input.count {
                    let start = overwrites || !pointwise.accumulates ? 0 : pointwise.dx[i]
                    let original = input[i]
                    input[i] = original + 0.5
                    let above = loss()
                    input[i] = original - 0.5
                    let below = loss()
                    input[i] = original
                    // The loss is linear in each input. Therefore the only error of a large step is the rounding of y.
                    #expect(abs(above - below - Double(slope[i] - start)) < 1e-5)
                }
            }
        }

        @Test func a_batch_that_is_not_whole_images_is_refused() {
            var plan = ck_pointwise()
            #expect(ck_pointwise_plan(&plan, 10, 4, 4, 3) == CK_INVALID_SHAPE)
            #expect(ck_pointwise_plan(&plan, 9, 0, 4, 3) == CK_INVALID_SHAPE)
        }

        private func forEachCase(_ body: (PointwiseCase, String) -> Void) {
            for (i, shape) in Self.shapes.enumerated() {
                for form in [i, 3 * i + 7, 5 * i + 11, 7 * i + 5] {
                    let pointwise = PointwiseCase(shape, form: form)
                    forEachInstructionSet { body(pointwise, $0) }
                }
            }
        }

        /// The rounding error of a sum of `terms` values, relative to the largest result. It is at most one ulp per
        /// term. The error of the operand is added: 2e-6 for the swish of the kernels, and a few roundings.
        private func bound(_ terms: Int) -> Float { Float(terms) * .ulpOfOne + 6e-6 }

        private func error(_ a: Floats, _ b: Floats) -> Float {
            let scale = max(1, (0..<b.count).reduce(0) { max($0, abs(b[$1])) })
            return (0..<a.count).reduce(0) { max($0, abs(a[$1] - b[$1])) } / scale
        }
    }
}
