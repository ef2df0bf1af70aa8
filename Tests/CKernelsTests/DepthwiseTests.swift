import CKernels
import Foundation
import Testing

extension KernelTests {
    @Suite struct DepthwiseTests {
        static let channels = [1, 7, 8, 9, 15, 16, 17, 24, 33]

        /// Small feature maps with even and odd sizes, the widths with their own compiled code (1, 2, 3, 4, 8), tiles
        /// of 8, 4, 2 and 1 outputs, and a ring that wraps around.
        static let maps = [
            (1, 1), (2, 1), (1, 2), (3, 2), (2, 3), (6, 4), (5, 5), (4, 6), (7, 7), (13, 8), (9, 15), (40, 4),
        ]

        /// The kernel size and the strides (vertical, horizontal) of all compiled shapes.
        static let kernels = {
            var (kernels, shape) = ([(Int, (Int, Int))](), ck_depthwise_shape())
            while ck_depthwise_compiled(kernels.count, &shape) == 1 {
                kernels.append((shape.kernel, (shape.stride_h, shape.stride_w)))
            }
            return kernels
        }()

        @Test func every_instruction_set_agrees_with_the_reference() {
            var seed: UInt64 = 0
            for (height, width) in Self.maps {
                for (kernel, stride) in Self.kernels {
                    seed += 1
                    let c = Self.channels[Int(seed) % Self.channels.count]
                    let problem = DepthwiseProblem(
                        (3, height, width, c), kernel: kernel, stride: stride, seed: seed, normalised: seed % 3 != 0,
                        activation: [CK_SWISH, CK_IDENTITY, CK_RELU][Int(seed / 2) % 3], gradient: seed % 4 != 1,
                        dropped: seed % 2 == 0)
                    problem.expectAgreement(seed / 3 % 2 == 0 ? CK_STORE : CK_ADD)
                }
            }
        }

        @Test(arguments: channels) func channel_tails_are_neither_read_nor_written_past(channels: Int) {
            for kernel in [3, 5] {
                let problem = DepthwiseProblem(
                    (2, 5, 6, channels), kernel: kernel, stride: (1, 1), seed: UInt64(channels))
                problem.expectAgreement(CK_STORE)
            }
        }

        @Test func statistics_and_gradient_sums_are_those_of_the_outputs() {
            for (shape, kernel, stride) in [
                ((70, 3, 2, 33), 5, (1, 1)), ((5, 9, 11, 17), 3, (2, 2)), ((9, 6, 4, 80), 5, (2, 2)),
                ((9, 12, 4, 80), 5, (1, 2)),
            ] {
                let problem = DepthwiseProblem(shape, kernel: kernel, stride: stride, seed: 5)
                forEachInstructionSet { isa in
                    let run = problem.run(CK_STORE, threads: 2)
                    Moments.expect(
                        run.statistics, of: run.y, blocks: problem.plan.statistics_blocks, channels: problem.channels,
                        chain: 600, isa)
                    let dz = problem.sums(run.dz, with: problem.x)
                    // A chain of float additions in a block is shorter than 600. The error is at most 600·eps times the
                    // sum of absolute values.
                    for c in 0..<problem.channels {
                        for s in 0..<2 {
                            let backward = problem.total(run.sums, s, c)
                            #expect(abs(backward - dz[s][c].sum) <= 4e-5 * dz[s][c].magnitude, "\(isa) channel \(c)")
                        }
                    }
                }
            }
        }

        @Test func results_are_the_same_bits_for_any_number_of_threads() {
            for (shape, kernel, stride) in [
                ((70, 3, 2, 80), 5, (1, 1)), ((9, 12, 8, 40), 3, (2, 2)), ((4, 24, 16, 32), 5, (2, 2)),
                ((4, 24, 16, 32), 3, (1, 2)),
            ] {
                let problem = DepthwiseProblem(shape, kernel: kernel, stride: stride, seed: 9)
                let runs = (1...3).map { problem.run(CK_STORE, threads: $0) }
                for run in runs.dropFirst() {
                    #expect(run.y.values == runs[0].y.values && run.dz.values == runs[0].dz.values)
                    #expect(run.dw.values == runs[0].dw.values && run.sums.values == runs[0].sums.values)
                    #expect(run.statistics.values == runs[0].statistics.values)
                }
            }
        }

        @Test func outputs_past_the_caches_are_the_same_as_small_ones() {
            // The output of 11 MB is written with streaming stores. The output of a single image is not.
            let large = DepthwiseProblem((60, 48, 32, 32), kernel: 3, stride: (1, 1), seed: 3)
            let run = large.run(CK_STORE, threads: 2)
            let one = 48 * 32 * 32
            for image in [0, 59] {
                let small = DepthwiseProblem(large, image: image).run(CK_STORE, threads: 1)
                #expect(Array(run.y.values[image * one..<(image + 1) * one]) == small.y.values)
                #expect(Array(run.dz.values[image * one..<(image + 1) * one]) == small.dz.values)
            }
        }

        /// A feature map of one row needs one row of scratch memory, and not the eight rows that a kernel and a batch
        /// need for other feature maps.
        @Test func scratch_holds_no_more_rows_than_a_group_has() throws {
            let plan = try #require(ck_depthwise.planned(2, 1, 10_000, 16, kernel: 5))
            #expect(plan.scratch_bytes <= 64 * (10_004 + 3 * 10_000 + 2 * 25))
            for (h, w) in [(1, 40), (2, 17), (3, 9), (1, 9)] {
                DepthwiseProblem((3, h, w, 17), kernel: 5, stride: (1, 1), seed: 3).expectAgreement(CK_STORE)
            }
        }

        @Test func the_reference_backward_is_the_slope_of_the_reference_forward() {
            for (kernel, stride) in Self.kernels {
                let problem = DepthwiseProblem(
                    (2, 4, 3, 2), kernel: kernel, stride: stride, seed: 21, gradient: false, dropped: false)
                let reference = problem.reference(CK_STORE)
                // The loss is Σ y·dy, computed in double from float outputs. The error of a central difference with
                // step h is h²·f'''/6, plus the rounding of y, which is about 40 outputs · 2⁻²⁴ / h. Both are below
                // 1e-3 for h = 2⁻⁷.
                let step: Float = 1 / 128
                let slope = { (values: Floats, index: Int) -> Double in
                    let kept = values[index]
                    defer { values[index] = kept }
                    values[index] = kept + step
                    let above = problem.loss()
                    values[index] = kept - step
                    return (above - problem.loss()) / Double(2 * step)
                }
                for i in 0..<problem.w.count {
                    #expect(abs(slope(problem.w, i) - Double(reference.dw[i])) < 1e-3)
                }
                // dz is the gradient with respect to z = scale·x + shift, so dx = scale·dz.
                for i in 0..<problem.x.count {
                    let expected = Double(reference.dz[i] * problem.scale[i % 2])
                    #expect(abs(slope(problem.x, i) - expected) < 1e-3)
                }
            }
        }

        @Test func impossible_shapes_are_refused() {
            #expect(ck_depthwise.planned(1, 4, 4, 8, kernel: 4) == nil)
            #expect(ck_depthwise.planned(1, 4, 4, 8, kernel: 3, stride: (3, 3)) == nil)
            #expect(ck_depthwise.planned(0, 4, 4, 8, kernel: 3) == nil)
            #expect(ck_depthwise.planned(1, 4, 4, 0, kernel: 3) == nil)
            #expect(ck_depthwise.planned(1, 4, 4, 8, kernel: 3, stride: (2, 1)) == nil)
        }
    }
}
