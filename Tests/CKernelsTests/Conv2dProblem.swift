import CKernels
import Testing

/// A dense convolution with random tensors, which is computed by a kernel or by the reference implementation.
struct Conv2dProblem {
    struct Run { let y, statistics, dz, sums, dw: Floats }

    /// The operations that are applied when the operand and the gradient are read.
    struct Form {
        var normalised = true
        var activation = CK_RELU
        var gradient = true
        var dropped = false
        var update = CK_STORE

        /// Different combinations for consecutive indices.
        init(_ index: Int) {
            normalised = index % 3 != 0
            activation = [CK_RELU, CK_IDENTITY, CK_SWISH][index / 2 % 3]
            (gradient, dropped) = (index % 4 != 1, index % 5 == 2)
            update = index / 3 % 2 == 0 ? CK_STORE : CK_ADD
        }
        init() {}
    }

    var plan = ck_conv2d()
    let x, w, scale, shift, dy, raw, a, b, c, imageScale: Floats
    let form: Form
    var shape: ck_conv2d_shape { plan.shape }

    init(_ shape: ck_conv2d_shape, _ method: ck_conv2d_method = CK_CONV2D_DIRECT, form: Form = Form(), seed: UInt64 = 7)
    {
        var shape = shape
        precondition(ck_conv2d_plan(&plan, &shape, method) == CK_OK)
        var random = TestRandom(seed)
        let outputs = shape.N * plan.P * plan.Q * shape.O
        x = random.floats(shape.N * shape.H * shape.W * shape.C, scale: 2)
        w = random.floats(shape.kernel_h * shape.kernel_w * shape.C * shape.O)
        (scale, shift) = (random.floats(shape.C, offset: 1), random.floats(shape.C))
        (dy, raw) = (random.floats(outputs), random.floats(outputs))
        (a, b, c) = (random.floats(shape.O), random.floats(shape.O), random.floats(shape.O))
        imageScale = random.floats(shape.N, scale: 0.5, offset: 1)
        self.form = form
    }

    var operand: ck_operand {
        ck_operand(
            x: x.pointer, scale: form.normalised ? scale.pointer : nil, shift: form.normalised ? shift.pointer : nil,
            gate: nil, activation: form.activation, x16: nil)
    }

    var outputGradient: ck_gradient {
        ck_gradient(
            dz: dy.pointer, raw: form.gradient ? raw.pointer : nil, a: form.gradient ? a.pointer : nil,
            b: form.gradient ? b.pointer : nil, c: form.gradient ? c.pointer : nil,
            image_scale: form.dropped ? imageScale.pointer : nil, raw16: nil)
    }

    private func outputs() -> Run {
        Run(
            y: Floats(dy.count) { _ in .nan }, statistics: Floats(plan.statistics_blocks * 3 * shape.O) { _ in .nan },
            dz: Floats(x.count) { Float($0 % 7) }, sums: Floats(plan.sums_blocks * 2 * shape.C) { _ in .nan },
            dw: Floats(w.count) { _ in .nan })
    }

    private func pointers(_ run: Run) -> ck_convolution_gradients {
        ck_convolution_gradients(dz: run.dz.pointer, update: form.update, dz_sums: run.sums.pointer, dw: run.dw.pointer)
    }

    func run(threads: Int) -> Run {
        let run = outputs()
        let workspace = Floats(max(plan.forward_workspace_bytes, plan.backward_workspace_bytes) / 4) { _ in .nan }
        let execution = TestExecution(threads: threads, scratchBytes: plan.scratch_bytes)
        var (plan, operand, gradient) = (plan, operand, outputGradient)
        var (output, gradients) = (ck_output(run.y, run.statistics), pointers(run))
        ck_conv2d_forward(&execution.exec, &plan, &operand, w.pointer, &output, workspace.pointer)
        ck_conv2d_backward(&execution.exec, &plan, &operand, w.pointer, &gradient, &gradients, workspace.pointer)
        #expect(run.y.isIntact && run.dz.isIntact && run.dw.isIntact && workspace.isIntact, "\(name)")
        #expect(run.statistics.isIntact && run.sums.isIntact, "\(name)")
        return run
    }

    func reference() -> Run {
        let run = outputs()
        var (plan, operand, gradient) = (plan, operand, outputGradient)
        ck_conv2d_forward_reference(&plan, &operand, w.pointer, run.y.pointer)
        var gradients = pointers(run)
        ck_conv2d_backward_reference(&plan, &operand, w.pointer, &gradient, &gradients)
        return run
    }

    /// The absolute rounding errors of the results. The products are below 5 in the forward pass and for dz (4.5 times
    /// the slope of the activation, which is at most 1.1), and below 23 for dw. A partial sum of K products with random
    /// signs is below 4·√K products. Each addition rounds by half an ulp of the partial sum, and K random errors add up
    /// to √K of them. With a safety factor of 2, this is 4·K·ulp times a product. 8 is added for the error of the
    /// activation.
    func tolerances() -> (y: Double, dz: Double, dw: Double) {
        let taps = shape.kernel_h * shape.kernel_w
        func rounding(_ terms: Int, _ product: Double) -> Double {
            amplification * product * Double(4 * terms + 8) * Double(Float.ulpOfOne)
        }
        return (
            rounding(taps * shape.C, 5), rounding(taps * shape.O + 1, 5), rounding(shape.N * plan.P * plan.Q, 23)
        )
    }

    /// The factor by which the rounding error of Winograd is larger than that of the direct method, because it rounds
    /// transformed values, which are larger than the results. In one dimension, products with random signs have the
    /// standard deviation √(Σ_e A_e²·|B_e|²·|G_e|²), where |·| is the norm of a row of a transform.
    /// * F(4, 3): at most √94, compared to √3 for three taps. For dw, √97 compared to √4 for four outputs. In two
    ///   dimensions, the factors are 94/3 = 31 and 97/4 = 24.
    /// * F(6, 3): √139 compared to √3, a factor of 6.8. For dw, √156 compared to √6, a factor of 5.1.
    private var amplification: Double {
        plan.method == CK_CONV2D_DIRECT ? 1 : shape.kernel_h == 3 ? 31 : 6.8
    }

    var name: String {
        let s = shape
        return "\(plan.method == CK_CONV2D_WINOGRAD ? "winograd" : "direct") \(s.N)×\(s.H)×\(s.W)×\(s.C)→\(s.O)"
            + " k\(s.kernel_h)×\(s.kernel_w) s\(s.stride_h),\(s.stride_w) p\(s.padding_h),\(s.padding_w) \(form)"
    }

    /// Expects that every instruction set agrees with the reference, and that the partial sums agree with the stored
    /// outputs.
    func expectAgreement() {
        let (expected, tolerance) = (reference(), tolerances())
        forEachInstructionSet { isa in
            let run = run(threads: 2)
            let errors = (
                Agreement.distance(run.y, expected.y), Agreement.distance(run.dz, expected.dz),
                Agreement.distance(run.dw, expected.dw)
            )
            #expect(errors.0 <= tolerance.y, "y \(isa) \(name)")
            #expect(errors.1 <= tolerance.dz, "dz \(isa) \(name)")
            #expect(errors.2 <= tolerance.dw, "dw \(isa) \(name)")
            Moments.expect(
                run.statistics, of: run.y, blocks: plan.statistics_blocks, channels: shape.O, "\(isa) \(name)")
            expectSums(run.sums, of: run.dz, with: x, blocks: plan.sums_blocks, channels: shape.C, isa)
        }
    }

    /// Expects that the partial sums add up to Σ v and Σ v·u. A chain of float additions is at most as long as the
    /// number of pixels of a block.
    private func expectSums(
        _ partials: Floats, of v: Floats, with u: Floats, blocks: Int, channels: Int, _ isa: String
    ) {
        let pixels = v.count / channels
        let rounding = Double(Float.ulpOfOne) * Double(min(pixels, 2100))
        for channel in 0..<channels {
            var totals = [0.0, 0.0]
            var sizes = [1e-30, 1e-30]
            for pixel in 0..<pixels {
                let value = Double(v[pixel * channels + channel])
                let terms = [value, value * Double(u[pixel * channels + channel])]
                for s in 0..<2 { (totals[s], sizes[s]) = (totals[s] + terms[s], sizes[s] + abs(terms[s])) }
            }
            for s in 0..<2 {
                for block in 0..<blocks { totals[s] -= Double(partials[(2 * block + s) * channels + channel]) }
                #expect(abs(totals[s]) <= rounding * sizes[s], "sums \(s) \(isa) \(name)")
            }
        }
    }

    /// The loss Σ y·dy of the reference implementation, for finite differences.
    func loss() -> Double {
        let y = Floats(dy.count)
        var (plan, operand) = (plan, operand)
        ck_conv2d_forward_reference(&plan, &operand, w.pointer, y.pointer)
        return Agreement.dot(y, dy)
    }
}
