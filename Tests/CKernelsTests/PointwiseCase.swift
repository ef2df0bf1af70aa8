import CKernels
import Testing

/// A pointwise convolution. The number `form` determines the parts of its operand and of its gradient, for example
/// scale and gate.
struct PointwiseCase {
    let plan: ck_pointwise
    let name: String
    let x: Floats, w: Floats, bias: Floats, dz: Floats, dx: Floats
    private let scale: Floats, shift: Floats, gate: Floats
    private let raw: Floats, a: Floats, b: Floats, c: Floats, imageScale: Floats
    private let form: Int
    let accumulates: Bool
    private let wantsInput: Bool
    private var halves: (x: Halves, raw: Halves)?

    init(_ shape: (images: Int, rows: Int, k: Int, n: Int), form: Int) {
        var plan = ck_pointwise()
        let m = shape.images * shape.rows
        #expect(ck_pointwise_plan(&plan, m, shape.k, shape.n, shape.rows) == CK_OK)
        self.plan = plan
        self.form = form
        name = "\(shape), form \(form)"
        accumulates = form % 2 == 1
        wantsInput = form % 5 != 4
        var random = TestRandom(UInt64(form + m))
        x = random.floats(m * shape.k, scale: 2)
        w = random.floats(shape.n * shape.k)
        bias = random.floats(shape.n)
        (scale, shift) = (random.floats(shape.k), random.floats(shape.k))
        gate = random.floats(shape.images * shape.k, scale: 0.5, offset: 0.5)
        (dz, raw) = (random.floats(m * shape.n), random.floats(m * shape.n))
        (a, b, c) = (random.floats(shape.n), random.floats(shape.n), random.floats(shape.n))
        imageScale = random.floats(shape.images, scale: 0.5, offset: 1)
        dx = random.floats(m * shape.k)
    }

    private var operand: ck_operand {
        ck_operand(
            x: halves == nil ? x.pointer : nil, scale: form & 1 != 0 ? scale.pointer : nil,
            shift: form & 1 != 0 ? shift.pointer : nil,
            gate: form & 2 != 0 ? gate.pointer : nil, activation: [CK_IDENTITY, CK_SWISH, CK_RELU][form % 3],
            x16: halves?.x.pointer)
    }

    private var gradient: ck_gradient {
        ck_gradient(
            dz: dz.pointer, raw: halves == nil ? raw.pointer : nil, a: form & 4 != 0 ? a.pointer : nil, b: b.pointer,
            c: c.pointer,
            image_scale: form & 8 != 0 ? imageScale.pointer : nil, raw16: halves?.raw.pointer)
    }

    func forward(threads: Int) -> (y: Floats, statistics: Floats) {
        var (plan, operand) = (plan, operand)
        let y = Floats(plan.M * plan.N)
        let statistics = Floats(plan.statistics_blocks * 3 * plan.N)
        let workspace = Floats(plan.forward_workspace_bytes / 4) { _ in .nan }
        let execution = TestExecution(threads: threads, scratchBytes: plan.scratch_bytes)
        var output = ck_output(y, statistics)
        ck_pointwise_forward(&execution.exec, &plan, &operand, w.pointer, bias.pointer, &output, workspace.pointer)
        #expect(workspace.isIntact)
        return (y, statistics)
    }

    /// The same case with raw values stored as bfloat16. The values of `self` are rounded too, because both share them.
    func halved() -> PointwiseCase {
        var result = self
        result.halves = (Halves(rounding: x), Halves(rounding: raw))
        return result
    }

    func halvedForward() -> (y: Halves, statistics: Floats) {
        var (plan, operand) = (plan, operand)
        let y = Halves(plan.M * plan.N)
        let statistics = Floats(plan.statistics_blocks * 3 * plan.N)
        let workspace = Floats(plan.forward_workspace_bytes / 4) { _ in .nan }
        let execution = TestExecution(threads: 2, scratchBytes: plan.scratch_bytes)
        var output = ck_output(y, statistics)
        ck_pointwise_forward(&execution.exec, &plan, &operand, w.pointer, bias.pointer, &output, workspace.pointer)
        return (y, statistics)
    }

    func forwardReference() -> Floats {
        var (plan, operand) = (plan, operand)
        let y = Floats(plan.M * plan.N)
        ck_pointwise_forward_reference(&plan, &operand, w.pointer, bias.pointer, y.pointer)
        return y
    }

    struct Gradients { let dx: Floats, dw: Floats, dbias: Floats }

    private var empty: Gradients {
        Gradients(
            dx: Floats(dx.count) { dx[$0] }, dw: Floats(w.count) { _ in .nan }, dbias: Floats(bias.count) { _ in .nan })
    }

    private func pointers(_ g: Gradients) -> ck_pointwise_gradients {
        ck_pointwise_gradients(
            dx: wantsInput ? g.dx.pointer : nil, update: accumulates ? CK_ADD : CK_STORE, dw: g.dw.pointer,
            dbias: g.dbias.pointer)
    }

    func backward(threads: Int) -> Gradients {
        var (plan, operand, gradient) = (plan, operand, gradient)
        let result = empty
        let workspace = Floats(plan.backward_workspace_bytes / 4) { _ in .nan }
        let execution = TestExecution(threads: threads, scratchBytes: plan.scratch_bytes)
        var gradients = pointers(result)
        ck_pointwise_backward(&execution.exec, &plan, &operand, w.pointer, &gradient, &gradients, workspace.pointer)
        #expect(workspace.isIntact)
        return result
    }

    func backwardReference() -> Gradients {
        var (plan, operand, gradient) = (plan, operand, gradient)
        let result = empty
        var gradients = pointers(result)
        ck_pointwise_backward_reference(&plan, &operand, w.pointer, &gradient, &gradients)
        return result
    }
}
