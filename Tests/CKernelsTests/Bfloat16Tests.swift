import CKernels
import Testing

/// Kernels with bfloat16 raw values compute the same bits as kernels with floats that have been rounded to bfloat16.
/// Their raw outputs are rounded once.
extension KernelTests {
    @Suite struct Bfloat16Tests {
        @Test func pointwise_convolutions_read_and_write_it() {
            for (index, shape) in PointwiseTests.shapes.enumerated() {
                // All forms have a, b and c. Scale and gate vary.
                let plain = PointwiseCase(shape, form: [4, 5, 6, 7, 12, 13, 14, 15][index % 8])
                let halved = plain.halved()
                forEachInstructionSet { isa in
                    let (y, statistics) = plain.forward(threads: 2)
                    let (y16, statistics16) = halved.halvedForward()
                    #expect(y16.isIntact && y16.values == y.values.map(Halves.rounded), "\(isa) \(plain.name)")
                    #expect(statistics16.values == statistics.values, "\(isa) \(plain.name)")
                    let (expected, result) = (plain.backward(threads: 2), halved.backward(threads: 2))
                    #expect(result.dx.values == expected.dx.values, "\(isa) dx \(plain.name)")
                    #expect(result.dw.values == expected.dw.values, "\(isa) dw \(plain.name)")
                    #expect(result.dbias.values == expected.dbias.values, "\(isa) dbias \(plain.name)")
                }
            }
        }

        @Test func depthwise_convolutions_read_and_write_it() {
            for (index, (height, width)) in DepthwiseTests.maps.enumerated() {
                for (kernel, stride) in DepthwiseTests.kernels {
                    let channels = DepthwiseTests.channels[(index + kernel) % DepthwiseTests.channels.count]
                    let plain = DepthwiseProblem(
                        (3, height, width, channels), kernel: kernel, stride: stride, seed: UInt64(index),
                        activation: [CK_SWISH, CK_IDENTITY, CK_RELU][index % 3], dropped: index % 2 == 0)
                    expectEqual(plain, plain.halved())
                }
            }
            // The output is so large that floats are written with streaming stores.
            let large = DepthwiseProblem((60, 48, 32, 32), kernel: 3, stride: (1, 1), seed: 3)
            expectEqual(large, large.halved())
        }

        @Test func pointwise_convolutions_read_it_without_a_scale() {
            for form in [4, 6, 8, 10, 12, 14] {  // every activation, with and without a gate
                let plain = PointwiseCase((3, 7, 35, 20), form: form)
                let halved = plain.halved()
                forEachInstructionSet { isa in
                    let (y16, _) = halved.halvedForward()
                    #expect(y16.values == plain.forward(threads: 1).y.values.map(Halves.rounded), "\(isa) \(form)")
                    #expect(
                        halved.backward(threads: 1).dw.values == plain.backward(threads: 1).dw.values, "\(isa) \(form)")
                }
            }
        }

        @Test func references_read_it() {
            for form in [4, 5, 6, 7] {
                let plain = PointwiseCase((3, 7, 35, 20), form: form)
                let halved = plain.halved()
                #expect(halved.forwardReference().values == plain.forwardReference().values)
                let (found, expected) = (halved.backwardReference(), plain.backwardReference())
                #expect(found.dx.values == expected.dx.values && found.dw.values == expected.dw.values)
                #expect(found.dbias.values == expected.dbias.values)
            }
            let depthwise = DepthwiseProblem((2, 5, 6, 9), kernel: 3, stride: (1, 1), seed: 3)
            let (found, expected) = (depthwise.halved().reference(CK_STORE), depthwise.reference(CK_STORE))
            // `halved` rounds the values that both problems share. Therefore both references use rounded values.
            #expect(found.y.values == expected.y.values && found.dz.values == expected.dz.values)
            #expect(found.dw.values == expected.dw.values)
            let stem = StemProblem((2, 5, 6), channels: 2, outputs: 9, seed: 4)
            let halvedStem = stem.halved()
            #expect(halvedStem.reference().dw.values == stem.reference().dw.values)
            let plain = TestOperand(3, 5, 17, CK_SWISH)
            let halved = plain.halved()
            func outputs(_ t: TestOperand) -> [[Float]] {
                let (y, pooled, gate, dz, sums) = (Floats(51), Floats(51), Floats(51), Floats(255), Floats(34))
                let (places, da) = (PoolingTests.Places(51), Floats(255) { Float($0 % 7) })
                let (da2, addSums) = (Agreement.copy(da), Floats(34))
                t {
                    ck_global_max_forward_reference(t.size, $0, y.pointer, places.pointer)
                    ck_squeeze_forward_reference(t.size, $0, pooled.pointer)
                    ck_gate_backward_reference(t.size, $0, da.pointer, gate.pointer)
                    ck_global_average_backward_reference(t.size, $0, pooled.pointer, dz.pointer, sums.pointer)
                    ck_squeeze_backward_reference(t.size, $0, gate.pointer, da2.pointer, addSums.pointer)
                    ck_normalize_add_forward_reference(t.size, $0, nil, $0, da.pointer)
                }
                return [y, pooled, gate, dz, sums, da, da2, addSums].map(\.values)
            }
            #expect(outputs(halved) == outputs(plain))
        }

        private func expectEqual(_ plain: DepthwiseProblem, _ halved: DepthwiseProblem) {
            forEachInstructionSet { isa in
                let s = plain.plan.shape
                let label = "\(isa) \(s.H)×\(s.W)×\(s.C) k\(s.kernel)"
                let (y16, statistics16) = halved.halvedForward()
                for update in [CK_STORE, CK_ADD] {
                    let expected = plain.run(update, threads: 2)
                    let result = halved.run(update, threads: 2)
                    #expect(y16.isIntact && y16.values == expected.y.values.map(Halves.rounded), "y \(label)")
                    #expect(statistics16.values == expected.statistics.values, "statistics \(label)")
                    #expect(result.dz.values == expected.dz.values, "dz \(label)")
                    #expect(result.dw.values == expected.dw.values, "dw \(label)")
                    if update == CK_STORE { #expect(result.sums.values == expected.sums.values, "sums \(label)") }
                }
            }
        }

        @Test(arguments: [1, 8, 17, 32, 48]) func the_stem_writes_it(outputs: Int) {
            let plain = StemProblem((4, 9, 11), channels: 1 + outputs % 2, outputs: outputs, seed: 5)
            let halved = plain.halved()
            forEachInstructionSet { isa in
                let (expected, result) = (plain.run(threads: 2), halved.run(threads: 2))
                let (y16, statistics16) = halved.halvedForward()
                #expect(y16.isIntact && y16.values == expected.y.values.map(Halves.rounded), "\(isa)")
                #expect(statistics16.values == expected.statistics.values, "\(isa)")
                #expect(result.dw.values == expected.dw.values, "\(isa)")
            }
        }

        @Test(arguments: TestOperand.shapes)
        func passes_over_maps_read_it(images: Int, rows: Int, channels: Int) {
            let count = images * rows * channels
            var random = TestRandom(17)
            let da = random.floats(count)
            let small = random.floats(images * channels)
            for activation in [CK_SWISH, CK_RELU, CK_IDENTITY] {
                let plain = TestOperand(images, rows, channels, activation)
                let halved = plain.halved()
                let blocks = plain.blocks
                func outputs(_ t: TestOperand) -> [[Float]] {
                    let execution = TestExecution(threads: 2, scratchBytes: 64)
                    let (pooled, gate, sums) = (
                        Floats(images * channels), Floats(images * channels), Floats(blocks * 2 * channels)
                    )
                    let (dz, y, addSums) = (Agreement.copy(da), Floats(count), Floats(blocks * 2 * channels))
                    let (largest, place, spread) = (
                        Floats(images * channels), PoolingTests.Places(images * channels), Floats(count)
                    )
                    let (averaged, averageSums) = (Floats(count), Floats(blocks * 2 * channels))
                    let twice = Floats(count)
                    var stored = ck_operand()
                    stored.x = UnsafePointer(da.pointer)
                    t {
                        ck_squeeze_forward(&execution.exec, t.size, $0, pooled.pointer)
                        ck_gate_backward(&execution.exec, t.size, $0, da.pointer, gate.pointer)
                        ck_squeeze_backward(&execution.exec, t.size, $0, small.pointer, dz.pointer, sums.pointer)
                        // The residual is a stored sum of floats in the first call, and a raw output in the second
                        // call.
                        ck_normalize_add_forward(&execution.exec, t.size, $0, nil, &stored, y.pointer)
                        ck_normalize_add_forward(&execution.exec, t.size, $0, nil, $0, twice.pointer)
                        ck_normalize_add_backward(&execution.exec, t.size, da.pointer, $0, nil, addSums.pointer)
                        ck_global_max_forward(&execution.exec, t.size, $0, largest.pointer, place.pointer)
                        ck_global_max_backward(
                            &execution.exec, t.size, $0, small.pointer, place.pointer, spread.pointer,
                            nil)
                        ck_global_average_backward(
                            &execution.exec, t.size, $0, small.pointer, averaged.pointer,
                            averageSums.pointer)
                    }
                    return [pooled, gate, dz, sums, y, twice, addSums, largest, spread, averaged, averageSums].map(
                        \.values)
                }
                forEachInstructionSet { isa in #expect(outputs(halved) == outputs(plain), "\(isa) \(activation)") }
            }
        }

        @Test func rounding_is_to_the_nearest_and_keeps_what_is_no_number() {
            let values: [Float] = [
                0, 1, 1.00390625, 1.01171875, 1.005, -3.14159, 3.3e38, .infinity, -.infinity, .nan,
                Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0x7fff_ffff), .greatestFiniteMagnitude, 2e-38,
            ]
            // The output of a 1×1 convolution with the weight 1 is equal to its input.
            let x = Floats(values.count) { values[$0] }
            let w = Floats(1) { _ in 1 }
            var plan = ck_pointwise()
            #expect(ck_pointwise_plan(&plan, values.count, 1, 1, 1) == CK_OK)
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: plan.scratch_bytes)
                let workspace = Floats(plan.forward_workspace_bytes / 4)
                let y = Halves(values.count)
                var operand = ck_operand(
                    x: x.pointer, scale: nil, shift: nil, gate: nil, activation: CK_IDENTITY, x16: nil)
                var output = ck_output(y)
                ck_pointwise_forward(&execution.exec, &plan, &operand, w.pointer, nil, &output, workspace.pointer)
                for (i, value) in values.enumerated() {
                    let stored = Float(bitPattern: UInt32(y.pointer[i]) << 16)
                    if value.isNaN {
                        #expect(stored.isNaN, "\(isa)")
                    } else {
                        #expect(y.pointer[i] == Halves.rounded(value), "\(isa): \(value) became \(stored)")
                    }
                }
            }
        }
    }
}
