import CKernels
import Testing

extension KernelTests {
    @Suite struct StemTests {
        @Test(arguments: 1...4) func every_instruction_set_agrees_with_the_reference(channels: Int) {
            for (index, outputs) in [1, 7, 8, 9, 15, 16, 17, 24, 32, 33, 48].enumerated() {
                let shape = (n: 1 + index % 3, h: 1 + index % 7, w: 1 + (index * 5 + channels) % 13)
                let problem = StemProblem(
                    shape, channels: channels, outputs: outputs, seed: UInt64(index), gradient: index % 3 != 0,
                    dropped: index % 2 == 0)
                let expected = problem.reference()
                // Values are below 4. An output is a sum of 9·C products, and a weight gradient a sum of at most n·P·Q
                // ≤ 84 products. The error is terms·eps·16.
                let tolerance = 16 * Float.ulpOfOne * 90
                forEachInstructionSet { isa in
                    let run = problem.run(threads: 2)
                    let label = "\(isa) \(shape) channels \(channels) outputs \(outputs)"
                    #expect(problem.difference(run.y, expected.y) <= tolerance, "y \(label)")
                    #expect(problem.difference(run.dw, expected.dw) <= tolerance, "dw \(label)")
                }
            }
        }

        @Test func statistics_are_the_moments_of_the_outputs() {
            let problem = StemProblem((70, 9, 10), channels: 1, outputs: 33, seed: 4)
            forEachInstructionSet { isa in
                let run = problem.run(threads: 2)
                Moments.expect(
                    run.statistics, of: run.y, blocks: problem.plan.statistics_blocks, channels: 33, chain: 50, isa)
            }
        }

        @Test func results_are_the_same_bits_for_any_number_of_threads() {
            // The output has 14 MB and is written with streaming stores.
            let problem = StemProblem((70, 96, 64), channels: 1, outputs: 32, seed: 8)
            let runs = (1...3).map { problem.run(threads: $0) }
            for run in runs.dropFirst() {
                #expect(run.y.values == runs[0].y.values && run.dw.values == runs[0].dw.values)
                #expect(run.statistics.values == runs[0].statistics.values)
            }
            let expected = problem.reference()
            #expect(problem.difference(runs[0].y, expected.y) <= 16 * Float.ulpOfOne * 9)
        }

        @Test func the_reference_backward_is_the_slope_of_the_reference_forward() {
            let problem = StemProblem((2, 5, 4), channels: 3, outputs: 2, seed: 6, gradient: false, dropped: false)
            let dw = problem.reference().dw
            let loss = {
                let y = problem.reference().y
                return (0..<y.count).reduce(0.0) { $0 + Double(y[$1]) * Double(problem.dy[$1]) }
            }
            // The loss is linear in w. Therefore the only error of a step of 1 is the rounding of 24 outputs, below
            // 24·8·eps.
            for i in 0..<dw.count {
                let kept = problem.w[i]
                problem.w[i] = kept + 0.5
                let above = loss()
                problem.w[i] = kept - 0.5
                let below = loss()
                problem.w[i] = kept
                #expect(abs(above - below - Double(dw[i])) < 3e-5)
            }
        }

        @Test func impossible_shapes_are_refused() {
            var plan = ck_stem()
            #expect(ck_stem_plan(&plan, 1, 4, 4, 5, 8) == CK_INVALID_SHAPE)
            #expect(ck_stem_plan(&plan, 1, 4, 4, 0, 8) == CK_INVALID_SHAPE)
            #expect(ck_stem_plan(&plan, 1, 0, 4, 1, 8) == CK_INVALID_SHAPE)
        }
    }
}

/// A first convolution with random tensors, which is computed by a kernel or by the reference implementation.
struct StemProblem {
    struct Run { let y, statistics, dw: Floats }

    var plan = ck_stem()
    let x, w, dy, raw, a, b, c, imageScale: Floats
    let gradient, dropped: Bool
    private var halves: Halves?

    init(
        _ shape: (n: Int, h: Int, w: Int), channels: Int, outputs: Int, seed: UInt64, gradient: Bool = true,
        dropped: Bool = true
    ) {
        precondition(ck_stem_plan(&plan, shape.n, shape.h, shape.w, channels, outputs) == CK_OK)
        var random = TestRandom(seed)
        x = random.floats(shape.n * shape.h * shape.w * channels)
        w = random.floats(9 * channels * outputs)
        let count = shape.n * plan.P * plan.Q * outputs
        (dy, raw) = (random.floats(count), random.floats(count))
        (a, b, c) = (random.floats(outputs), random.floats(outputs), random.floats(outputs))
        imageScale = random.floats(shape.n, scale: 0.5, offset: 1)
        (self.gradient, self.dropped) = (gradient, dropped)
    }

    private var outputGradient: ck_gradient {
        ck_gradient(
            dz: dy.pointer, raw: gradient && halves == nil ? raw.pointer : nil, a: gradient ? a.pointer : nil,
            b: gradient ? b.pointer : nil, c: gradient ? c.pointer : nil,
            image_scale: dropped ? imageScale.pointer : nil, raw16: gradient ? halves?.pointer : nil)
    }

    private func outputs() -> Run {
        Run(
            y: Floats(dy.count) { _ in .nan },
            statistics: Floats(plan.statistics_blocks * 3 * plan.O) { _ in .nan },
            dw: Floats(w.count) { _ in .nan })
    }

    func run(threads: Int) -> Run {
        let run = outputs()
        let workspace = Floats(plan.backward_workspace_bytes / 4) { _ in .nan }
        let execution = TestExecution(threads: threads, scratchBytes: plan.scratch_bytes)
        var (plan, gradient, output) = (plan, outputGradient, ck_output(run.y, run.statistics))
        ck_stem_forward(&execution.exec, &plan, x.pointer, w.pointer, &output)
        ck_stem_backward(&execution.exec, &plan, x.pointer, &gradient, run.dw.pointer, workspace.pointer)
        #expect(run.y.isIntact && run.statistics.isIntact && run.dw.isIntact && workspace.isIntact)
        return run
    }

    /// The same problem with the raw output stored as bfloat16. The values of `self` are rounded too, because both
    /// share them.
    func halved() -> StemProblem {
        var result = self
        result.halves = Halves(rounding: raw)
        return result
    }

    func halvedForward() -> (y: Halves, statistics: Floats) {
        let (y, statistics) = (Halves(dy.count), outputs().statistics)
        let execution = TestExecution(threads: 2, scratchBytes: plan.scratch_bytes)
        var (plan, output) = (plan, ck_output(y, statistics))
        ck_stem_forward(&execution.exec, &plan, x.pointer, w.pointer, &output)
        return (y, statistics)
    }

    func reference() -> Run {
        let run = outputs()
        var (plan, gradient) = (plan, outputGradient)
        ck_stem_forward_reference(&plan, x.pointer, w.pointer, run.y.pointer)
        ck_stem_backward_reference(&plan, x.pointer, &gradient, run.dw.pointer)
        return run
    }

    /// The largest absolute difference. It is infinite if a value is NaN.
    func difference(_ a: Floats, _ b: Floats) -> Float {
        zip(a.values, b.values).reduce(0) { max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
    }
}
