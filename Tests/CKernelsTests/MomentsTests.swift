import CKernels
import Testing

extension KernelTests {
    /// The variance of a batch must be accurate even if the mean is much larger than the standard deviation. The
    /// formula Σ y² − (Σ y)²/M in float would not be.
    @Suite struct MomentsTests {
        private static let (rows, columns, channels) = (21, 26, 33)

        private struct Output {
            var name: String
            var y, statistics: Floats
            var blocks: Int
            var pointers: ck_output { ck_output(y, statistics) }
        }

        /// The outputs of every convolution as the identity, so that they are values of `x` (images, 21, 26, channels).
        private func outputs(_ x: Floats, images: Int, threads: Int) -> [Output] {
            let (h, w, c) = (Self.rows, Self.columns, Self.channels)
            var operand = ck_operand(x: x.pointer, scale: nil, shift: nil, gate: nil, activation: CK_IDENTITY, x16: nil)
            func output(_ name: String, _ pixels: Int, _ blocks: Int) -> Output {
                Output(
                    name: name, y: Floats(images * pixels * c), statistics: Floats(blocks * 3 * c) { _ in .nan },
                    blocks: blocks)
            }
            func run(
                _ scratch: Int, _ workspace: Int, _ body: (UnsafePointer<ck_exec>, UnsafeMutablePointer<Float>) -> Void
            ) {
                let execution = TestExecution(threads: threads, scratchBytes: scratch)
                let memory = Floats(workspace / 4)
                body(&execution.exec, memory.pointer)
            }
            var made: [Output] = []
            let identity = Floats(c * c) { $0 / c == $0 % c ? 1 : 0 }
            var pointwise = ck_pointwise()
            #expect(ck_pointwise_plan(&pointwise, images * h * w, c, c, h * w) == CK_OK)
            made.append(output("pointwise", h * w, pointwise.statistics_blocks))
            var pointers = made[0].pointers
            run(pointwise.scratch_bytes, pointwise.forward_workspace_bytes) {
                ck_pointwise_forward($0, &pointwise, &operand, identity.pointer, nil, &pointers, $1)
            }
            let middle = Floats(9 * c) { $0 / c == 4 ? 1 : 0 }
            var depthwise = ck_depthwise.planned(images, h, w, c, kernel: 3)!
            made.append(output("depthwise", h * w, depthwise.statistics_blocks))
            pointers = made[1].pointers
            run(depthwise.scratch_bytes, 64) { exec, _ in
                ck_depthwise_forward(exec, &depthwise, &operand, middle.pointer, &pointers)
            }
            let dense = Floats(9 * c * c) { $0 / (c * c) == 4 && $0 / c % c == $0 % c ? 1 : 0 }
            for (method, name) in [(CK_CONV2D_DIRECT, "direct"), (CK_CONV2D_WINOGRAD, "winograd")] {
                var plan = ck_conv2d()
                var shape = ck_conv2d_shape(
                    N: images, H: h, W: w, C: c, O: c, kernel_h: 3, kernel_w: 3, stride_h: 1, stride_w: 1, padding_h: 1,
                    padding_w: 1)
                #expect(ck_conv2d_plan(&plan, &shape, method) == CK_OK)
                let made1 = output(name, h * w, plan.statistics_blocks)
                pointers = made1.pointers
                run(plan.scratch_bytes, plan.forward_workspace_bytes) {
                    ck_conv2d_forward($0, &plan, &operand, dense.pointer, &pointers, $1)
                }
                made.append(made1)
            }
            let first = Floats(9 * c) { $0 / c == 4 ? 1 : 0 }
            var stem = ck_stem()
            #expect(ck_stem_plan(&stem, images, h, w, 1, c) == CK_OK)
            let last = output("stem", stem.P * stem.Q, stem.statistics_blocks)
            pointers = last.pointers
            run(stem.scratch_bytes, 64) { exec, _ in
                ck_stem_forward(exec, &stem, x.pointer, first.pointer, &pointers)
            }
            return made + [last]
        }

        @Test(arguments: [(1000, 0.1), (-1000, 0.1), (300, 0.05), (0, 1), (0, 0)])
        func the_variance_is_right_however_far_the_mean_is(mean: Double, deviation: Double) {
            let (images, c) = (3, Self.channels)
            var random = TestRandom(5)
            // The standard deviation of a uniform distribution is 1/√3 of half its width.
            let scale = Float(deviation * 3.0.squareRoot())
            let x = random.floats(images * Self.rows * Self.columns * c, scale: scale, offset: Float(mean))
            forEachInstructionSet { isa in
                let runs = (1...3).map { outputs(x, images: images, threads: $0) }
                for (i, output) in runs[0].enumerated() {
                    let label = "\(output.name) \(isa)"
                    #expect(output.statistics.isIntact && output.y.isIntact)
                    for other in runs.dropFirst() {
                        #expect(other[i].statistics.values == output.statistics.values, "\(label)")
                    }
                    Moments.expect(output.statistics, of: output.y, blocks: output.blocks, channels: c, label)
                    let rows = output.y.count / c
                    let (gamma, beta) = (Floats(c) { _ in 1 }, Floats(c))
                    let (found, expected) = ((0..<4).map { _ in Floats(c) }, (0..<4).map { _ in Floats(c) })
                    let execution = TestExecution(threads: 1, scratchBytes: 64)
                    func norm(_ o: [Floats]) -> ck_batchnorm {
                        ck_batchnorm(
                            M: rows, C: c, gamma: gamma.pointer, beta: beta.pointer, eps: 1e-9, momentum: 0,
                            running_mean: nil, running_variance: nil, scale: o[0].pointer, shift: o[1].pointer,
                            mean: o[2].pointer, inv_std: o[3].pointer)
                    }
                    var norms = (norm(found), norm(expected))
                    ck_batchnorm_forward(&execution.exec, &norms.0, output.statistics.pointer, output.blocks)
                    ck_batchnorm_forward_reference(&norms.1, output.y.pointer)
                    // A sum over a block of at most 2100 rows is rounded once per row. The terms are at most 12
                    // variances; this includes 3 variances for the distance of the shift. The factor 1/2 comes from
                    // 1/√.
                    let tolerance = 2100 * Agreement.eps * 12 / 2
                    for k in 0..<c {
                        let error = abs(Double(found[3][k] / expected[3][k]) - 1)
                        #expect(error <= tolerance, "1/σ \(label): \(found[3][k]), not \(expected[3][k])")
                    }
                }
            }
        }
    }
}
