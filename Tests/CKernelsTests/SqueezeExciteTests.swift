import CKernels
import Testing

extension KernelTests {
    @Suite struct SqueezeExciteTests {
        private static let activations = [CK_SWISH, CK_RELU, CK_IDENTITY]

        @Test(arguments: TestOperand.shapes)
        func passes_over_the_map_agree_with_their_references(images: Int, rows: Int, channels: Int) {
            for (activation, plain) in [(CK_SWISH, false), (CK_RELU, false), (CK_IDENTITY, false), (CK_SWISH, true)] {
                let t = TestOperand(images, rows, channels, activation, plain: plain)
                var random = TestRandom(11)
                let da = random.floats(images * rows * channels)
                let dpooled = random.floats(images * channels)
                let pooled = Floats(images * channels)
                let dgate = Floats(images * channels)
                let dz = Agreement.copy(da)
                let sums = Floats(2 * channels)
                t { ck_squeeze_forward_reference(t.size, $0, pooled.pointer) }
                t { ck_gate_backward_reference(t.size, $0, da.pointer, dgate.pointer) }
                t {
                    ck_squeeze_backward_reference(t.size, $0, dpooled.pointer, dz.pointer, sums.pointer)
                }
                // |u| < 4, the relative error of swish is 2e-6, and a sum adds eps per term.
                let u = 4 * (2e-6 + Agreement.eps * Double(rows))
                Agreement.check("squeeze", [pooled], within: [u]) { exec in
                    let o = Floats(images * channels)
                    t { ck_squeeze_forward(exec, t.size, $0, o.pointer) }
                    return [o]
                }
                Agreement.check("gate", [dgate], within: [u * Double(rows)]) { exec in
                    let o = Floats(images * channels)
                    t { ck_gate_backward(exec, t.size, $0, da.pointer, o.pointer) }
                    return [o]
                }
                let d = 2 * 8e-6
                let sum = d * 2 * Double(images * rows) + Agreement.eps * Double(images * rows) * 2
                Agreement.check("squeeze backward", [dz, sums], within: [d, sum]) { exec in
                    let o = Agreement.copy(da)
                    let partials = Floats(t.blocks * 2 * channels)
                    t { ck_squeeze_backward(exec, t.size, $0, dpooled.pointer, o.pointer, partials.pointer) }
                    #expect(partials.isIntact)
                    return [o, combined(exec, partials, blocks: t.blocks, channels: channels)]
                }
            }
        }

        private struct Excite {
            let images: Int, channels: Int, squeezed: Int
            let pooled: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, dgate: Floats
            init(_ images: Int, _ channels: Int, _ squeezed: Int) {
                var random = TestRandom(UInt64(images + channels + squeezed))
                (self.images, self.channels, self.squeezed) = (images, channels, squeezed)
                pooled = random.floats(images * channels)
                w1 = random.floats(squeezed * channels, scale: 1 / Float(channels).squareRoot())
                b1 = random.floats(squeezed)
                w2 = random.floats(channels * squeezed, scale: 1 / Float(squeezed).squareRoot())
                b2 = random.floats(channels)
                dgate = random.floats(images * channels)
            }
            var plan: ck_squeeze_excite {
                var plan = ck_squeeze_excite()
                #expect(ck_squeeze_excite_plan(&plan, ck_images(N: images, R: 1, C: channels), squeezed) == CK_OK)
                return plan
            }
            var weights: ck_excite_weights {
                ck_excite_weights(w1: w1.pointer, b1: b1.pointer, w2: w2.pointer, b2: b2.pointer)
            }
            func forwardReference(_ h: Floats, _ gate: Floats) {
                var (plan, weights) = (plan, weights)
                ck_excite_forward_reference(&plan, &weights, pooled.pointer, h.pointer, gate.pointer)
            }
            func backwardReference(_ h: Floats, _ gate: Floats, _ o: [Floats]) {
                var (plan, weights, kept, results) = (plan, weights, kept(h, gate), pointers(o))
                ck_excite_backward_reference(&plan, &weights, &kept, dgate.pointer, &results)
            }
            func kept(_ h: Floats, _ gate: Floats) -> ck_excite_kept {
                ck_excite_kept(pooled: pooled.pointer, h: h.pointer, gate: gate.pointer)
            }
            func pointers(_ o: [Floats]) -> ck_excite_gradients {
                ck_excite_gradients(
                    dpooled: o[0].pointer, dw1: o[1].pointer, db1: o[2].pointer, dw2: o[3].pointer, db2: o[4].pointer)
            }
            /// Memory for dpooled, dw1, db1, dw2 and db2.
            func gradients() -> [Floats] {
                [
                    Floats(images * channels), Floats(squeezed * channels), Floats(squeezed),
                    Floats(channels * squeezed), Floats(channels),
                ]
            }
        }

        @Test(arguments: [
            (1, 1, 1), (5, 7, 4), (9, 8, 6), (13, 9, 10), (17, 33, 9), (8, 96, 4), (40, 144, 6), (9, 240, 10),
            (3, 1152, 48),
        ])
        func dense_layers_agree_with_their_references(images: Int, channels: Int, squeezed: Int) {
            let e = Excite(images, channels, squeezed)
            let h = Floats(images * squeezed)
            let gate = Floats(images * channels)
            e.forwardReference(h, gate)
            // Sums of C and then of S products, which are of order 1: eps per term, and 2e-6 for each of swish and
            // sigmoid.
            let unit = 4e-6 + Agreement.eps * Double(channels + squeezed)
            Agreement.check("excite", [h, gate], within: [unit, unit]) { exec in
                let o = [Floats(images * squeezed), Floats(images * channels)]
                var (plan, weights) = (e.plan, e.weights)
                let workspace = Floats(plan.workspace_bytes / 4)
                ck_excite_forward(
                    exec, &plan, &weights, e.pooled.pointer, o[0].pointer, o[1].pointer, workspace.pointer)
                #expect(workspace.isIntact)
                return o
            }
            let expected = e.gradients()
            e.backwardReference(h, gate, expected)
            // Weight gradients are sums of N such terms.
            let tolerances = expected.enumerated().map { i, o in
                unit * max(1, Agreement.largest(o)) * (i > 0 ? Double(images) : 1)
            }
            Agreement.check("excite backward", expected, within: tolerances) { exec in
                let o = e.gradients()
                var (plan, weights, kept, results) = (e.plan, e.weights, e.kept(h, gate), e.pointers(o))
                let workspace = Floats(plan.workspace_bytes / 4)
                ck_excite_backward(exec, &plan, &weights, &kept, e.dgate.pointer, &results, workspace.pointer)
                #expect(workspace.isIntact)
                return o
            }
        }

        @Test func reference_gradient_of_the_dense_layers_is_the_slope() {
            let e = Excite(3, 5, 4)
            let h = Floats(12)
            let gate = Floats(15)
            let g = e.gradients()
            func loss() -> Double {
                e.forwardReference(h, gate)
                return Agreement.dot(gate, e.dgate)
            }
            _ = loss()
            e.backwardReference(h, gate, g)
            for (name, parameters, gradient) in [
                ("pooled", e.pooled, g[0]), ("w1", e.w1, g[1]), ("b1", e.b1, g[2]), ("w2", e.w2, g[3]),
                ("b2", e.b2, g[4]),
            ] { Agreement.checkSlope(name, of: parameters, gradient, loss: loss) }
        }

        /// The loss contains both paths: L = Σ da·(u·gate) + Σ dpooled·pooled, with a constant gate. dgate is checked
        /// separately.
        @Test(arguments: [true, false])
        func reference_gradient_of_the_squeeze_is_the_slope(swish: Bool) {
            let t = TestOperand(2, 3, 4, swish ? CK_SWISH : CK_IDENTITY)
            let count = 24
            var random = TestRandom(5)
            let da = random.floats(count)
            let dpooled = random.floats(8)
            let pooled = Floats(8)
            let dz = Agreement.copy(da)
            let dgate = Floats(8)
            let sums = Floats(8)
            func loss() -> Double {
                t { ck_squeeze_forward_reference(t.size, $0, pooled.pointer) }
                let direct = (0..<count).reduce(0.0) { sum, i in
                    let z = Double(t.scale[i % 4]) * Double(t.x[i]) + Double(t.shift[i % 4])
                    let u = swish ? z / (1 + exponential(-z)) : z
                    return sum + Double(da[i]) * u * Double(t.gate[i / 12 * 4 + i % 4])
                }
                return direct + Agreement.dot(pooled, dpooled)
            }
            t { ck_gate_backward_reference(t.size, $0, da.pointer, dgate.pointer) }
            t { ck_squeeze_backward_reference(t.size, $0, dpooled.pointer, dz.pointer, sums.pointer) }
            let dx = Floats(count) { dz[$0] * t.scale[$0 % 4] }
            Agreement.checkSlope("x", of: t.x, dx, loss: loss)
            Agreement.checkSlope("shift", of: t.shift, Floats(4) { sums[$0] }, loss: loss)
            Agreement.checkSlope("scale", of: t.scale, Floats(4) { sums[4 + $0] }, loss: loss)
            Agreement.checkSlope("gate", of: t.gate, dgate, loss: loss)
        }
    }
}
