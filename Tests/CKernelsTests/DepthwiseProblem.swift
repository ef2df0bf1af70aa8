import CKernels
import Testing

/// A depthwise convolution with random tensors, which is computed by a kernel or by the reference implementation.
struct DepthwiseProblem {
    struct Run { let y, statistics, dz, sums, dw: Floats }

    var plan = ck_depthwise()
    let x, w, scale, shift, dy, raw, a, b, c, imageScale: Floats
    let normalised, gradient, dropped: Bool
    let activation: ck_activation
    private var halves: (x: Halves, raw: Halves)?
    var channels: Int { plan.shape.C }

    init(
        _ shape: (n: Int, h: Int, w: Int, c: Int), kernel: Int, stride: (Int, Int), seed: UInt64,
        normalised: Bool = true,
        activation: ck_activation = CK_SWISH, gradient: Bool = true, dropped: Bool = true
    ) {
        plan = ck_depthwise.planned(shape.n, shape.h, shape.w, shape.c, kernel: kernel, stride: stride)!
        var random = TestRandom(seed)
        let outputs = shape.n * plan.P * plan.Q * shape.c
        x = random.floats(shape.n * shape.h * shape.w * shape.c, scale: 2)
        w = random.floats(kernel * kernel * shape.c)
        (scale, shift) = (random.floats(shape.c, offset: 1), random.floats(shape.c))
        (dy, raw) = (random.floats(outputs), random.floats(outputs))
        (a, b, c) = (random.floats(shape.c), random.floats(shape.c), random.floats(shape.c))
        imageScale = random.floats(shape.n, scale: 0.5, offset: 1)
        (self.normalised, self.activation, self.gradient, self.dropped) = (normalised, activation, gradient, dropped)
    }

    /// A problem with one image of another problem.
    init(_ other: Self, image: Int) {
        let s = other.plan.shape
        plan = ck_depthwise.planned(1, s.H, s.W, s.C, kernel: s.kernel, stride: (s.stride_h, s.stride_w))!
        let input = s.H * s.W * s.C
        let output = plan.P * plan.Q * s.C
        x = Floats(input) { other.x[image * input + $0] }
        dy = Floats(output) { other.dy[image * output + $0] }
        raw = Floats(output) { other.raw[image * output + $0] }
        imageScale = Floats(1) { _ in other.imageScale[image] }
        (w, scale, shift, a, b, c) = (other.w, other.scale, other.shift, other.a, other.b, other.c)
        (normalised, activation) = (other.normalised, other.activation)
        (gradient, dropped) = (other.gradient, other.dropped)
    }

    var operand: ck_operand {
        ck_operand(
            x: halves == nil ? x.pointer : nil, scale: normalised ? scale.pointer : nil,
            shift: normalised ? shift.pointer : nil, gate: nil,
            activation: activation, x16: halves?.x.pointer)
    }

    var outputGradient: ck_gradient {
        ck_gradient(
            dz: dy.pointer, raw: gradient && halves == nil ? raw.pointer : nil, a: gradient ? a.pointer : nil,
            b: gradient ? b.pointer : nil, c: gradient ? c.pointer : nil,
            image_scale: dropped ? imageScale.pointer : nil, raw16: gradient ? halves?.raw.pointer : nil)
    }

    private func outputs() -> Run {
        let partials = plan.statistics_blocks * 2 * channels
        return Run(
            y: Floats(dy.count) { _ in .nan }, statistics: Floats(plan.statistics_blocks * 3 * channels) { _ in .nan },
            dz: Floats(x.count) { Float($0 % 7) }, sums: Floats(partials) { _ in .nan },
            dw: Floats(w.count) { _ in .nan })
    }

    private func pointers(_ run: Run, _ update: ck_update) -> ck_convolution_gradients {
        ck_convolution_gradients(dz: run.dz.pointer, update: update, dz_sums: run.sums.pointer, dw: run.dw.pointer)
    }

    func run(_ update: ck_update, threads: Int) -> Run {
        let run = outputs()
        let workspace = Floats(plan.backward_workspace_bytes / 4) { _ in .nan }
        let execution = TestExecution(threads: threads, scratchBytes: plan.scratch_bytes)
        var (plan, operand, gradient) = (plan, operand, outputGradient)
        var (output, gradients) = (ck_output(run.y, run.statistics), pointers(run, update))
        if update == CK_ADD { gradients.dz_sums = nil }
        ck_depthwise_forward(&execution.exec, &plan, &operand, w.pointer, &output)
        ck_depthwise_backward(&execution.exec, &plan, &operand, w.pointer, &gradient, &gradients, workspace.pointer)
        #expect(run.y.isIntact && run.dz.isIntact && run.dw.isIntact && workspace.isIntact)
        #expect(run.statistics.isIntact && run.sums.isIntact)
        return run
    }

    /// The same problem with raw values stored as bfloat16. The values of `self` are rounded too, because both share
    /// them.
    func halved() -> DepthwiseProblem {
        var result = self
        result.halves = (Halves(rounding: x), Halves(rounding: raw))
        return result
    }

    func halvedForward() -> (y: Halves, statistics: Floats) {
        let (y, statistics) = (Halves(dy.count), outputs().statistics)
        let execution = TestExecution(threads: 2, scratchBytes: plan.scratch_bytes)
        var (plan, operand, output) = (plan, operand, ck_output(y, statistics))
        ck_depthwise_forward(&execution.exec, &plan, &operand, w.pointer, &output)
        return (y, statistics)
    }

    func reference(_ update: ck_update) -> Run {
        let run = outputs()
        var (plan, operand, gradient) = (plan, operand, outputGradient)
        ck_depthwise_forward_reference(&plan, &operand, w.pointer, run.y.pointer)
        var gradients = pointers(run, update)
        ck_depthwise_backward_reference(&plan, &operand, w.pointer, &gradient, &gradients)
        return run
    }

    /// Expects that every instruction set agrees with the reference. Values are below 4. An output is a sum of at most
    /// 25 products, and a weight gradient is a sum of N·P·Q products. The tolerance is (terms + 8)·eps·16; the 8 is for
    /// the error of the activation.
    func expectAgreement(_ update: ck_update) {
        let expected = reference(update)
        let eps = Float.ulpOfOne
        let s = plan.shape
        let taps = Float(s.kernel * s.kernel)
        let pixels = Float(s.N * plan.P * plan.Q)
        forEachInstructionSet { isa in
            let run = run(update, threads: 2)
            let label = "\(isa) \(s.H)×\(s.W)×\(s.C) k\(s.kernel) s\(s.stride_h),\(s.stride_w)"
            #expect(difference(run.y, expected.y) <= 16 * eps * (taps + 8), "y \(label)")
            #expect(difference(run.dz, expected.dz) <= 16 * eps * (taps + 8), "dz \(label)")
            #expect(difference(run.dw, expected.dw) <= 16 * eps * (pixels + 8), "dw \(label)")
        }
    }

    /// The loss Σ y·dy of the reference implementation, for finite differences.
    func loss() -> Double {
        let y = Floats(dy.count)
        var (plan, operand) = (plan, operand)
        ck_depthwise_forward_reference(&plan, &operand, w.pointer, y.pointer)
        return (0..<y.count).reduce(0) { $0 + Double(y[$1]) * Double(dy[$1]) }
    }

    /// Σ v and Σ v·u of each channel, and the sums of the absolute values of their terms.
    func sums(_ v: Floats, with u: Floats) -> [[(sum: Double, magnitude: Double)]] {
        var result = Array(repeating: Array(repeating: (sum: 0.0, magnitude: 0.0), count: channels), count: 2)
        for i in 0..<v.count {
            for (s, value) in [Double(v[i]), Double(v[i]) * Double(u[i])].enumerated() {
                result[s][i % channels].sum += value
                result[s][i % channels].magnitude += abs(value)
            }
        }
        return result
    }

    /// The total of row `s` of the partial sums (blocks, 2, C) for channel `c`.
    func total(_ partials: Floats, _ s: Int, _ c: Int) -> Double {
        (0..<plan.statistics_blocks).reduce(0) { $0 + Double(partials[(2 * $1 + s) * channels + c]) }
    }

    /// The largest absolute difference. It is infinite if a value is NaN.
    private func difference(_ a: Floats, _ b: Floats) -> Float {
        zip(a.values, b.values).reduce(0) { max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
    }
}
