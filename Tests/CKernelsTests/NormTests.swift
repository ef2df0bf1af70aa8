import CKernels
import Testing

extension KernelTests {
    @Suite struct NormTests {
        private struct BatchNorm {
            let rows: Int, channels: Int, blocks: Int
            let raw: Floats, gamma: Floats, beta: Floats, dz: Floats
            let eps: Float = 1e-3, momentum: Float = 0.99

            init(_ rows: Int, _ channels: Int, blocks: Int = 3) {
                var random = TestRandom(UInt64(rows * 1000 + channels))
                (self.rows, self.channels, self.blocks) = (rows, channels, blocks)
                raw = random.floats(rows * channels, scale: 2, offset: 0.5)
                gamma = random.floats(channels, scale: 0.5, offset: 1)
                beta = random.floats(channels)
                dz = random.floats(rows * channels)
            }

            /// (blocks, 3, C), with row m in block m % blocks.
            func statistics() -> Floats {
                let result = Floats(blocks * 3 * channels)
                for block in 0..<blocks {
                    for c in 0..<channels {
                        let values = stride(from: block, to: rows, by: blocks).map { raw[$0 * channels + c] }
                        let moments = Moments(Floats(values.count) { values[$0] }, channels: 1, 0)
                        result[3 * block * channels + c] = Float(moments.rows)
                        result[(3 * block + 1) * channels + c] = Float(moments.mean)
                        result[(3 * block + 2) * channels + c] = Float(moments.squares)
                    }
                }
                return result
            }

            /// Partial sums (blocks, 2, C) of a and a·b.
            func partials(_ a: Floats, _ b: Floats) -> Floats {
                let sums = Floats(blocks * 2 * channels)
                for m in 0..<rows {
                    for c in 0..<channels {
                        sums[(m % blocks * 2) * channels + c] += a[m * channels + c]
                        sums[(m % blocks * 2 + 1) * channels + c] += a[m * channels + c] * b[m * channels + c]
                    }
                }
                return sums
            }
        }

        @Test(arguments: Agreement.tails + [130])
        func statistics_give_the_mean_and_variance_of_the_definition(channels: Int) {
            let b = BatchNorm(50, channels)
            func fresh() -> [Floats] {
                [Floats(channels) { _ in 0.25 }, Floats(channels) { _ in 2 }] + (0..<4).map { _ in Floats(channels) }
            }
            let expected = fresh()
            let statistics = b.statistics()
            ck_batchnorm_forward_reference(
                b.rows, channels, b.raw.pointer, b.gamma.pointer, b.beta.pointer, b.eps, b.momentum,
                expected[0].pointer,
                expected[1].pointer, expected[2].pointer, expected[3].pointer, expected[4].pointer, expected[5].pointer)
            // Σ² of values up to 2.5 in float: eps·50 rows of relative error, a few times that in what is made of it.
            let tolerances = Array(repeating: Agreement.eps * 50 * 4, count: 6)
            Agreement.check("forward", expected, within: tolerances) { exec in
                let o = fresh()
                ck_batchnorm_forward(
                    exec, b.rows, channels, statistics.pointer, b.blocks, b.gamma.pointer, b.beta.pointer, b.eps,
                    b.momentum,
                    o[0].pointer, o[1].pointer, o[2].pointer, o[3].pointer, o[4].pointer, o[5].pointer)
                return o
            }
        }

        @Test(arguments: [(50, 9), (64, 33), (1, 5)])
        func coefficients_turn_dz_into_draw(rows: Int, channels: Int) {
            let b = BatchNorm(rows, channels, blocks: min(3, rows))
            let mean = Floats(channels)
            let invStd = Floats(channels)
            let scale = Floats(channels)
            let shift = Floats(channels)
            let expected = [Floats(channels), Floats(channels), Floats(rows * channels)]
            ck_batchnorm_forward_reference(
                rows, channels, b.raw.pointer, b.gamma.pointer, b.beta.pointer, b.eps, 0, nil, nil, scale.pointer,
                shift.pointer,
                mean.pointer, invStd.pointer)
            ck_batchnorm_backward_reference(
                rows, channels, b.dz.pointer, b.raw.pointer, b.gamma.pointer, mean.pointer, invStd.pointer,
                expected[0].pointer,
                expected[1].pointer, expected[2].pointer)
            let sums = b.partials(b.dz, b.raw)
            // Sums of M products below 2.5, times inv_std: 32 for the single row, whose variance is 0, else about 1.
            let gain = Agreement.largest(invStd)
            let unit = Agreement.eps * Double(rows) * 4 * gain
            Agreement.check("backward", expected, within: [unit, Agreement.eps * Double(rows), unit * gain * gain]) {
                exec in
                let o = [Floats(channels), Floats(channels), Floats(rows * channels)]
                let k = (0..<3).map { _ in Floats(channels) }
                ck_batchnorm_backward(
                    exec, rows, channels, sums.pointer, b.blocks, b.gamma.pointer, mean.pointer, invStd.pointer,
                    o[0].pointer,
                    o[1].pointer, k[0].pointer, k[1].pointer, k[2].pointer)
                for i in 0..<rows * channels {
                    o[2][i] = k[0][i % channels] * b.dz[i] + k[1][i % channels] * b.raw[i] + k[2][i % channels]
                }
                return o
            }
        }

        @Test func reference_gradient_is_the_slope_of_the_reference() {
            let (rows, channels) = (12, 3)
            let b = BatchNorm(12, 3)
            let mean = Floats(channels)
            let invStd = Floats(channels)
            let scale = Floats(channels)
            let shift = Floats(channels)
            let (dgamma, dbeta, draw) = (Floats(channels), Floats(channels), Floats(rows * channels))
            func loss() -> Double {
                ck_batchnorm_forward_reference(
                    rows, channels, b.raw.pointer, b.gamma.pointer, b.beta.pointer, b.eps, 0, nil, nil, scale.pointer,
                    shift.pointer, mean.pointer, invStd.pointer)
                return (0..<rows * channels).reduce(0) { sum, i in
                    let z = Double(scale[i % channels]) * Double(b.raw[i]) + Double(shift[i % channels])
                    return sum + z * Double(b.dz[i])
                }
            }
            _ = loss()
            ck_batchnorm_backward_reference(
                rows, channels, b.dz.pointer, b.raw.pointer, b.gamma.pointer, mean.pointer, invStd.pointer,
                dgamma.pointer,
                dbeta.pointer, draw.pointer)
            Agreement.checkSlope("raw", of: b.raw, draw, loss: loss)
            Agreement.checkSlope("gamma", of: b.gamma, dgamma, loss: loss)
            Agreement.checkSlope("beta", of: b.beta, dbeta, loss: loss)
        }

        @Test func inference_reads_the_running_averages() {
            let (scale, shift) = (Floats(1), Floats(1))
            let (gamma, beta) = (Floats(1) { _ in 3 }, Floats(1) { _ in 1 })
            let (mean, variance) = (Floats(1) { _ in 2 }, Floats(1) { _ in 2.25 })
            ck_batchnorm_inference(
                1, gamma.pointer, beta.pointer, 0, mean.pointer, variance.pointer, scale.pointer, shift.pointer)
            #expect(scale[0] == 2 && shift[0] == -3)
        }

        @Test func blocks_are_large_enough_to_pay_and_many_enough_for_eight_threads() {
            #expect(ck_image_blocks(128, 1536, 96) == 128)
            #expect(ck_image_blocks(1024, 1536, 96) == 128)
            #expect(ck_image_blocks(1, 1, 1) == 1)
            let images = 128 / ck_image_blocks(128, 6, 1152)
            #expect(images * 6 * 1152 * 4 >= 1 << 16)
        }

        @Test(arguments: TestOperand.shapes)
        func normalize_add_agrees_with_its_reference(images: Int, rows: Int, channels: Int) {
            let t = TestOperand(images, rows, channels, CK_IDENTITY)
            let count = images * rows * channels
            var random = TestRandom(3)
            let dy = random.floats(count)
            let imageScale = Floats(images) { $0 % 3 == 0 ? 0 : 1.25 }
            let stored = TestOperand(images, rows, channels, CK_IDENTITY, plain: true, seed: 11)
            let normalized = TestOperand(images, rows, channels, CK_IDENTITY, seed: 12)
            for (scale, residual) in [(imageScale, stored), (nil, stored), (imageScale, normalized), (nil, normalized)]
            {
                let y = Floats(count)
                let sums = Floats(2 * channels)
                t { x in
                    residual {
                        ck_normalize_add_forward_reference(
                            images, rows, channels, x, scale?.pointer, $0, y.pointer)
                    }
                }
                // Values below 8, five roundings. A stored residual also gives its own memory, as the plan may have it.
                for inPlace in residual.isPlain ? [false, true] : [false] {
                    Agreement.check("forward", [y], within: [Agreement.eps * 8 * 5]) { exec in
                        let y = inPlace ? Agreement.copy(residual.x) : Floats(count)
                        t { x in
                            residual {
                                var other = $0.pointee
                                if inPlace { other.x = UnsafePointer(y.pointer) }
                                ck_normalize_add_forward(
                                    exec, images, rows, channels, x, scale?.pointer, &other, y.pointer)
                            }
                        }
                        return [y]
                    }
                }
                t {
                    ck_normalize_add_backward_reference(
                        images, rows, channels, dy.pointer, $0, scale?.pointer, sums.pointer)
                }
                // Sums of N·R terms below 2.5.
                Agreement.check("backward", [sums], within: [Agreement.eps * 2.5 * Double(images * rows)]) { exec in
                    let partials = Floats(t.blocks * 2 * channels)
                    t {
                        ck_normalize_add_backward(
                            exec, images, rows, channels, dy.pointer, $0, scale?.pointer, partials.pointer)
                    }
                    #expect(partials.isIntact)
                    return [combined(exec, partials, blocks: t.blocks, channels: channels)]
                }
            }
        }
    }
}
