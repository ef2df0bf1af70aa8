import CKernels
import Testing

extension KernelTests {
    @Suite struct Conv2dTests {
        /// A convolution (N, H, W, C) → O with a square kernel.
        private static func square(
            _ n: Int, _ h: Int, _ w: Int, _ c: Int, _ o: Int, kernel k: Int, stride s: Int, padding p: Int
        ) -> ck_conv2d_shape {
            ck_conv2d_shape(
                N: n, H: h, W: w, C: c, O: o, kernel_h: k, kernel_w: k, stride_h: s, stride_w: s, padding_h: p,
                padding_w: p)
        }

        private static func line(_ n: Int, _ w: Int, _ c: Int, _ o: Int, kernel k: Int, stride s: Int, padding p: Int)
            -> ck_conv2d_shape
        {
            ck_conv2d_shape(
                N: n, H: 1, W: w, C: c, O: o, kernel_h: 1, kernel_w: k, stride_h: 1, stride_w: s, padding_h: 0,
                padding_w: p)
        }

        /// The convolutions of ResNet-18 in two dimensions and in one dimension, for small feature maps.
        private static func layers(_ c: Int, _ o: Int) -> [ck_conv2d_shape] {
            [
                square(2, 5, 6, c, o, kernel: 3, stride: 1, padding: 1),
                square(3, 6, 5, c, o, kernel: 3, stride: 2, padding: 1),
                square(2, 7, 8, c, o, kernel: 1, stride: 2, padding: 0),
                square(1, 9, 11, c, o, kernel: 7, stride: 2, padding: 3),
                line(2, 19, c, o, kernel: 9, stride: 1, padding: 4),
                line(2, 20, c, o, kernel: 9, stride: 2, padding: 4),
                line(1, 17, c, o, kernel: 7, stride: 2, padding: 3),
            ]
        }

        @Test(arguments: [(1, 17), (3, 8), (7, 9), (8, 15), (9, 1), (15, 16), (16, 7), (17, 33), (24, 64)])
        func direct_convolution_agrees_with_the_reference(inputs: Int, outputs: Int) {
            for (i, shape) in Self.layers(inputs, outputs).enumerated() {
                Conv2dProblem(shape, form: .init(7 * inputs + i), seed: UInt64(i + 1)).expectAgreement()
            }
        }

        /// Images that are divided into several runs, blocks of several images, sums over K that are divided, and
        /// images that are not square.
        @Test func blocks_of_every_kind_agree_with_the_reference() {
            let shapes = [
                Self.line(1, 1500, 1, 17, kernel: 7, stride: 2, padding: 3),
                Self.line(2, 700, 17, 24, kernel: 9, stride: 2, padding: 4),
                Self.square(1, 40, 37, 9, 20, kernel: 3, stride: 2, padding: 1),
                Self.square(1, 40, 37, 17, 20, kernel: 3, stride: 1, padding: 1),
                Self.square(9, 3, 2, 520, 72, kernel: 3, stride: 2, padding: 1),
                ck_conv2d_shape(
                    N: 2, H: 5, W: 9, C: 16, O: 16, kernel_h: 3, kernel_w: 3, stride_h: 1, stride_w: 2, padding_h: 0,
                    padding_w: 1),
                ck_conv2d_shape(
                    N: 2, H: 9, W: 5, C: 16, O: 16, kernel_h: 2, kernel_w: 4, stride_h: 2, stride_w: 1, padding_h: 1,
                    padding_w: 3),
            ]
            for (i, shape) in shapes.enumerated() { Conv2dProblem(shape, form: .init(i + 1)).expectAgreement() }
        }

        @Test(arguments: [(1, 17), (7, 9), (8, 15), (9, 1), (15, 16), (16, 7), (17, 33), (64, 24)])
        func winograd_agrees_with_the_reference(inputs: Int, outputs: Int) {
            for (i, map) in [(2, 5, 6), (3, 8, 8), (5, 1, 3), (1, 9, 11)].enumerated() {
                let shape = Self.square(map.0, map.1, map.2, inputs, outputs, kernel: 3, stride: 1, padding: 1)
                Conv2dProblem(shape, CK_CONV2D_WINOGRAD, form: .init(7 * inputs + i)).expectAgreement()
            }
            for (i, map) in [(2, 19), (3, 6), (1, 1), (2, 36)].enumerated() {
                let shape = Self.line(map.0, map.1, inputs, outputs, kernel: 9, stride: 1, padding: 4)
                Conv2dProblem(shape, CK_CONV2D_WINOGRAD, form: .init(7 * inputs + i)).expectAgreement()
            }
        }

        /// Several blocks of tiles in the fused variant, and several chunks in the staged variant, which is used for
        /// many channels.
        @Test func winograd_in_blocks_and_chunks_agrees_with_the_reference() {
            for (i, shape) in [
                Self.square(1, 40, 37, 17, 20, kernel: 3, stride: 1, padding: 1),
                Self.square(20, 4, 4, 136, 16, kernel: 3, stride: 1, padding: 1),
                Self.square(60, 5, 5, 8, 264, kernel: 3, stride: 1, padding: 1),
                Self.line(3, 700, 17, 20, kernel: 9, stride: 1, padding: 4),
                Self.line(4, 650, 136, 16, kernel: 9, stride: 1, padding: 4),
                Self.line(5, 1000, 260, 8, kernel: 9, stride: 1, padding: 4),
            ].enumerated() {
                Conv2dProblem(shape, CK_CONV2D_WINOGRAD, form: .init(i + 1)).expectAgreement()
            }
        }

        @Test func bits_do_not_depend_on_the_number_of_threads() {
            let cases = [
                (Self.square(3, 17, 16, 64, 64, kernel: 3, stride: 1, padding: 1), CK_CONV2D_DIRECT),
                (Self.square(3, 17, 16, 24, 72, kernel: 3, stride: 2, padding: 1), CK_CONV2D_DIRECT),
                (Self.square(3, 33, 30, 3, 64, kernel: 7, stride: 2, padding: 3), CK_CONV2D_DIRECT),
                (Self.line(3, 700, 64, 40, kernel: 9, stride: 2, padding: 4), CK_CONV2D_DIRECT),
                (Self.square(9, 17, 16, 64, 40, kernel: 3, stride: 1, padding: 1), CK_CONV2D_WINOGRAD),
                (Self.square(80, 7, 6, 136, 48, kernel: 3, stride: 1, padding: 1), CK_CONV2D_WINOGRAD),
                (Self.line(5, 300, 64, 40, kernel: 9, stride: 1, padding: 4), CK_CONV2D_WINOGRAD),
                (Self.line(9, 200, 136, 48, kernel: 9, stride: 1, padding: 4), CK_CONV2D_WINOGRAD),
            ]
            for (shape, method) in cases {
                let problem = Conv2dProblem(shape, method)
                forEachInstructionSet { isa in
                    let runs = (1...3).map { problem.run(threads: $0) }
                    for run in runs.dropFirst() {
                        let label = "\(isa) \(problem.name)"
                        #expect(run.y.values == runs[0].y.values && run.dz.values == runs[0].dz.values, "\(label)")
                        #expect(
                            run.dw.values == runs[0].dw.values && run.sums.values == runs[0].sums.values, "\(label)")
                        #expect(run.statistics.values == runs[0].statistics.values, "\(label)")
                    }
                }
            }
        }

        @Test func the_reference_backward_is_the_slope_of_the_reference_forward() {
            for shape in Self.layers(2, 3) {
                var form = Conv2dProblem.Form()
                (form.activation, form.gradient) = (CK_SWISH, false)
                let problem = Conv2dProblem(shape, form: form)
                let reference = problem.reference()
                Agreement.checkSlope("w", of: problem.w, reference.dw, loss: problem.loss)
                // dz is the gradient with respect to z = scale·x + shift, so dx = scale·dz.
                let dx = Floats(problem.x.count) { reference.dz[$0] * problem.scale[$0 % 2] }
                Agreement.checkSlope("x", of: problem.x, dx, loss: problem.loss)
            }
        }

        /// Rows that are longer than a block are divided separately, because a block that extends into a second row
        /// would read whole rows.
        @Test(arguments: [(1, 3), (2, 3), (1, 7), (2, 1)]) func long_rows_agree_with_the_reference(
            stride: Int, kernel: Int
        ) {
            for (channels, outputs) in [(3, 9), (24, 17)] {
                let shape = Self.square(
                    2, 3, 1300, channels, outputs, kernel: kernel, stride: stride, padding: kernel / 2)
                Conv2dProblem(shape, form: .init(stride + kernel)).expectAgreement()
            }
        }

        /// The operand of a block has about 40 × 1024 floats, without the pixels around it. Here the kernel has 3 rows,
        /// so that a block reads three times as many pixels. The table of places and the sums of tiles are added.
        @Test func scratch_does_not_grow_with_the_length_of_a_row() {
            var bytes: [Int] = []
            for width in [600, 4000, 160_000] {
                var plan = ck_conv2d()
                var shape = Self.square(1, 4, width, 64, 64, kernel: 3, stride: 1, padding: 1)
                #expect(ck_conv2d_plan(&plan, &shape, CK_CONV2D_DIRECT) == CK_OK)
                bytes.append(plan.scratch_bytes)
            }
            #expect(bytes.allSatisfy { $0 <= 1 << 20 }, "\(bytes)")
        }

        @Test func impossible_shapes_are_refused() {
            func status(_ change: (inout ck_conv2d_shape) -> Void, _ method: ck_conv2d_method) -> ck_status {
                var plan = ck_conv2d()
                var shape = Self.square(1, 4, 4, 8, 8, kernel: 3, stride: 1, padding: 1)
                change(&shape)
                return ck_conv2d_plan(&plan, &shape, method)
            }
            #expect(status({ _ in }, CK_CONV2D_WINOGRAD) == CK_OK)
            #expect(status({ $0.stride_h = 2 }, CK_CONV2D_WINOGRAD) == CK_UNSUPPORTED)
            #expect(status({ $0.padding_w = 0 }, CK_CONV2D_WINOGRAD) == CK_UNSUPPORTED)
            #expect(status({ ($0.kernel_h, $0.padding_h) = (1, 0) }, CK_CONV2D_WINOGRAD) == CK_UNSUPPORTED)
            #expect(status({ $0.stride_h = 3 }, CK_CONV2D_DIRECT) == CK_INVALID_SHAPE)
            #expect(status({ $0.padding_h = 3 }, CK_CONV2D_DIRECT) == CK_INVALID_SHAPE)
            #expect(status({ $0.C = 0 }, CK_CONV2D_DIRECT) == CK_INVALID_SHAPE)
            #expect(status({ ($0.H, $0.padding_h) = (2, 0) }, CK_CONV2D_DIRECT) == CK_INVALID_SHAPE)
        }
    }
}
