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

            /// A batch normalization with the outputs `o`: scale, shift, mean and inverse standard deviation.
            func norm(_ o: [Floats], running: [Floats] = []) -> ck_batchnorm {
                ck_batchnorm(
                    M: rows, C: channels, gamma: gamma.pointer, beta: beta.pointer, eps: eps, momentum: momentum,
                    running_mean: running.first?.pointer, running_variance: running.last?.pointer,
                    scale: o[0].pointer, shift: o[1].pointer, mean: o[2].pointer, inv_std: o[3].pointer)
            }

            /// Statistics (blocks, 3, C). Row m belongs to block m % blocks.
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
            var norm = b.norm(Array(expected[2...]), running: Array(expected[..<2]))
            #expect(ck_batchnorm_check(&norm) == CK_OK)
            ck_batchnorm_forward_reference(&norm, b.raw.pointer)
            // The relative error of a sum of squares in float is eps·50 for 50 rows, and a few times as large in the
            // results.
            let tolerances = Array(repeating: Agreement.eps * 50 * 4, count: 6)
            Agreement.check("forward", expected, within: tolerances) { exec in
                let o = fresh()
                var norm = b.norm(Array(o[2...]), running: Array(o[..<2]))
                ck_batchnorm_forward(exec, &norm, statistics.pointer, b.blocks)
                return o
            }
        }

        @Test(arguments: [(50, 9), (64, 33), (1, 5)])
        func coefficients_turn_dz_into_draw(rows: Int, channels: Int) {
            let b = BatchNorm(rows, channels, blocks: min(3, rows))
            let forward = (0..<4).map { _ in Floats(channels) }
            let expected = [Floats(channels), Floats(channels), Floats(rows * channels)]
            var norm = b.norm(forward)
            ck_batchnorm_forward_reference(&norm, b.raw.pointer)
            ck_batchnorm_backward_reference(
                &norm, b.dz.pointer, b.raw.pointer, expected[0].pointer, expected[1].pointer, expected[2].pointer)
            let sums = b.partials(b.dz, b.raw)
            // Sums of M products below 2.5 are multiplied by inv_std. It is 32 for a single row, whose variance is 0,
            // and otherwise about 1.
            let gain = Agreement.largest(forward[3])
            let unit = Agreement.eps * Double(rows) * 4 * gain
            Agreement.check("backward", expected, within: [unit, Agreement.eps * Double(rows), unit * gain * gain]) {
                exec in
                let o = [Floats(channels), Floats(channels), Floats(rows * channels)]
                let k = (0..<3).map { _ in Floats(channels) }
                var gradients = ck_batchnorm_gradients(
                    dgamma: o[0].pointer, dbeta: o[1].pointer, a: k[0].pointer, b: k[1].pointer, c: k[2].pointer)
                ck_batchnorm_backward(exec, &norm, sums.pointer, b.blocks, &gradients)
                for i in 0..<rows * channels {
                    o[2][i] = k[0][i % channels] * b.dz[i] + k[1][i % channels] * b.raw[i] + k[2][i % channels]
                }
                return o
            }
        }

        @Test func reference_gradient_is_the_slope_of_the_reference() {
            let (rows, channels) = (12, 3)
            let b = BatchNorm(12, 3)
            let forward = (0..<4).map { _ in Floats(channels) }
            var norm = b.norm(forward)
            let (dgamma, dbeta, draw) = (Floats(channels), Floats(channels), Floats(rows * channels))
            func loss() -> Double {
                ck_batchnorm_forward_reference(&norm, b.raw.pointer)
                return (0..<rows * channels).reduce(0) { sum, i in
                    let z = Double(forward[0][i % channels]) * Double(b.raw[i]) + Double(forward[1][i % channels])
                    return sum + z * Double(b.dz[i])
                }
            }
            _ = loss()
            ck_batchnorm_backward_reference(
                &norm, b.dz.pointer, b.raw.pointer, dgamma.pointer, dbeta.pointer, draw.pointer)
            Agreement.checkSlope("raw", of: b.raw, draw, loss: loss)
            Agreement.checkSlope("gamma", of: b.gamma, dgamma, loss: loss)
            Agreement.checkSlope("beta", of: b.beta, dbeta, loss: loss)
        }

        @Test func inference_reads_the_running_averages() {
            let (scale, shift) = (Floats(1), Floats(1))
            let (gamma, beta) = (Floats(1) { _ in 3 }, Floats(1) { _ in 1 })
            let (mean, variance) = (Floats(1) { _ in 2 }, Floats(1) { _ in 2.25 })
            var norm = ck_batchnorm()
            (norm.C, norm.gamma, norm.beta) = (1, UnsafePointer(gamma.pointer), UnsafePointer(beta.pointer))
            (norm.running_mean, norm.running_variance) = (mean.pointer, variance.pointer)
            (norm.scale, norm.shift) = (scale.pointer, shift.pointer)
            ck_batchnorm_inference(&norm)
            #expect(scale[0] == 2 && shift[0] == -3)
        }

        @Test func blocks_are_large_enough_to_pay_and_many_enough_for_eight_threads() {
            func blocks(_ n: Int, _ r: Int, _ c: Int) -> Int { ck_image_blocks(ck_images(N: n, R: r, C: c)) }
            #expect(blocks(128, 1536, 96) == 128)
            #expect(blocks(1024, 1536, 96) == 128)
            #expect(blocks(1, 1, 1) == 1)
            let images = 128 / blocks(128, 6, 1152)
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
                        ck_normalize_add_forward_reference(t.size, x, scale?.pointer, $0, y.pointer)
                    }
                }
                // Values are below 8, with five roundings. For a residual without scale, the output may also be the
                // memory of the residual, because the memory plan can do this.
                for inPlace in residual.isPlain ? [false, true] : [false] {
                    Agreement.check("forward", [y], within: [Agreement.eps * 8 * 5]) { exec in
                        let y = inPlace ? Agreement.copy(residual.x) : Floats(count)
                        t { x in
                            residual {
                                var other = $0.pointee
                                if inPlace { other.x = UnsafePointer(y.pointer) }
                                ck_normalize_add_forward(exec, t.size, x, scale?.pointer, &other, y.pointer)
                            }
                        }
                        return [y]
                    }
                }
                t { ck_normalize_add_backward_reference(t.size, dy.pointer, $0, scale?.pointer, sums.pointer) }
                // Sums of N·R terms below 2.5.
                Agreement.check("backward", [sums], within: [Agreement.eps * 2.5 * Double(images * rows)]) { exec in
                    let partials = Floats(t.blocks * 2 * channels)
                    t { ck_normalize_add_backward(exec, t.size, dy.pointer, $0, scale?.pointer, partials.pointer) }
                    #expect(partials.isIntact)
                    return [combined(exec, partials, blocks: t.blocks, channels: channels)]
                }
            }
        }
    }
}
