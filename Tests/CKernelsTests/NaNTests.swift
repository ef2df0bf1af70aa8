import CKernels
import Testing

extension KernelTests {
    /// A NaN must reach the loss: maxima and ReLU must not replace it by a number, at any position.
    @Suite struct NaNTests {
        private let channels = 35

        /// Values (pixels, channels), which are NaN in all channels of pixel `place` and 1 elsewhere.
        private func values(_ pixels: Int, nanAt place: Int) -> Floats {
            Floats(pixels * channels) { $0 / channels == place ? .nan : 1 }
        }

        private func operand(_ x: Floats, _ activation: ck_activation = CK_IDENTITY) -> ck_operand {
            ck_operand(x: x.pointer, scale: nil, shift: nil, gate: nil, activation: activation, x16: nil)
        }

        @Test func a_window_with_a_nan_has_it_for_its_maximum_and_gives_it_the_gradient() {
            var plan = ck_maxpool()
            (plan.N, plan.H, plan.W, plan.C) = (1, 3, 3, channels)
            (plan.kernel_h, plan.kernel_w, plan.stride_h, plan.stride_w) = (3, 3, 1, 1)
            #expect(ck_maxpool_plan(&plan) == CK_OK)
            let dy = Floats(channels) { Float($0 + 1) }
            for place in 0..<9 {
                for activation in [CK_IDENTITY, CK_RELU] {
                    let x = values(9, nanAt: place)
                    var operand = operand(x, activation)
                    let expected = Floats(channels)
                    ck_maxpool_forward_reference(&plan, &operand, expected.pointer)
                    #expect(expected.values.allSatisfy { $0.isNaN })
                    forEachInstructionSet { isa in
                        let execution = TestExecution(threads: 1, scratchBytes: 64)
                        let (y, dz) = (Floats(channels), Floats(9 * channels))
                        ck_maxpool_forward(&execution.exec, &plan, &operand, y.pointer)
                        #expect(y.values.allSatisfy { $0.isNaN }, "\(isa) \(place)")
                        ck_maxpool_backward(&execution.exec, &plan, &operand, dy.pointer, dz.pointer, nil)
                        for i in 0..<dz.count where activation == CK_IDENTITY {
                            #expect(dz[i] == (i / channels == place ? dy[i % channels] : 0), "\(isa) \(place)")
                        }
                    }
                }
            }
        }

        @Test func the_first_nan_of_an_image_is_its_maximum() {
            for place in 0..<5 {
                for activation in [CK_IDENTITY, CK_RELU] {
                    let x = values(5, nanAt: place)
                    for c in 0..<channels { x[4 * channels + c] = .nan }
                    var operand = operand(x, activation)
                    let index = UnsafeMutablePointer<Int32>.allocate(capacity: channels)
                    defer { index.deallocate() }
                    let (y, pixels) = (Floats(channels), ck_images(N: 1, R: 5, C: channels))
                    ck_global_max_forward_reference(pixels, &operand, y.pointer, index)
                    #expect(y.values.allSatisfy { $0.isNaN } && (0..<channels).allSatisfy { index[$0] == place })
                    forEachInstructionSet { isa in
                        let execution = TestExecution(threads: 1, scratchBytes: 64)
                        for c in 0..<channels { (y[c], index[c]) = (0, -1) }
                        ck_global_max_forward(&execution.exec, pixels, &operand, y.pointer, index)
                        #expect(y.values.allSatisfy { $0.isNaN }, "\(isa) \(place)")
                        #expect((0..<channels).allSatisfy { index[$0] == place }, "\(isa) \(place)")
                    }
                }
            }
        }

        /// With weights of 1 and with padding, exactly those outputs are NaN that read the NaN.
        @Test(arguments: [CK_RELU, CK_SWISH, CK_IDENTITY])
        func every_convolution_keeps_a_nan_of_its_operand(activation: ck_activation) {
            let (h, w) = (5, 6)
            for place in [0, 8, 29] {
                let x = values(h * w, nanAt: place)
                var operand = operand(x, activation)
                let ones = Floats(9 * channels * channels) { _ in 1 }
                func reads(_ pixel: Int, reach: Int) -> Bool {
                    abs(pixel / w - place / w) <= reach && abs(pixel % w - place % w) <= reach
                }
                func expect(_ y: Floats, reach: Int, _ name: String) {
                    let right = (0..<y.count).allSatisfy { y[$0].isNaN == reads($0 / channels, reach: reach) }
                    #expect(right && y.isIntact, "\(name) \(place)")
                }
                var depthwise = ck_depthwise.planned(1, h, w, channels, kernel: 3)!
                var pointwise = ck_pointwise()
                #expect(ck_pointwise_plan(&pointwise, h * w, channels, channels, h * w) == CK_OK)
                var dense = ck_conv2d()
                var shape = ck_conv2d_shape(
                    N: 1, H: h, W: w, C: channels, O: channels, kernel_h: 3, kernel_w: 3, stride_h: 1, stride_w: 1,
                    padding_h: 1, padding_w: 1)
                #expect(ck_conv2d_plan(&dense, &shape, CK_CONV2D_DIRECT) == CK_OK)
                let y = Floats(h * w * channels)
                ck_depthwise_forward_reference(&depthwise, &operand, ones.pointer, y.pointer)
                expect(y, reach: 1, "depthwise reference")
                ck_pointwise_forward_reference(&pointwise, &operand, ones.pointer, nil, y.pointer)
                expect(y, reach: 0, "pointwise reference")
                ck_conv2d_forward_reference(&dense, &operand, ones.pointer, y.pointer)
                expect(y, reach: 1, "dense reference")
                forEachInstructionSet { isa in
                    let scratch = max(depthwise.scratch_bytes, pointwise.scratch_bytes, dense.scratch_bytes)
                    let execution = TestExecution(threads: 1, scratchBytes: scratch)
                    let memory = Floats(max(pointwise.forward_workspace_bytes, dense.forward_workspace_bytes) / 4)
                    var output = ck_output(y)
                    ck_depthwise_forward(&execution.exec, &depthwise, &operand, ones.pointer, &output)
                    expect(y, reach: 1, "depthwise \(isa)")
                    ck_pointwise_forward(
                        &execution.exec, &pointwise, &operand, ones.pointer, nil, &output, memory.pointer)
                    expect(y, reach: 0, "pointwise \(isa)")
                    ck_conv2d_forward(&execution.exec, &dense, &operand, ones.pointer, &output, memory.pointer)
                    expect(y, reach: 1, "dense \(isa)")
                }
            }
        }

        @Test func the_sum_of_a_residual_block_keeps_a_nan() {
            let (raw, other) = (values(3, nanAt: 1), Floats(3 * channels) { _ in -0.5 })
            var (branch, identity) = (
                ck_branch(raw: raw.pointer, scale: nil, shift: nil),
                ck_branch(raw: other.pointer, scale: nil, shift: nil)
            )
            let (y, pixels) = (Floats(3 * channels), ck_images(N: 1, R: 3, C: channels))
            ck_residual_forward_reference(pixels, &branch, &identity, y.pointer)
            #expect((0..<y.count).allSatisfy { y[$0].isNaN == ($0 / channels == 1) })
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                ck_residual_forward(&execution.exec, pixels, &branch, &identity, y.pointer)
                #expect((0..<y.count).allSatisfy { y[$0].isNaN == ($0 / channels == 1) }, "\(isa)")
            }
        }
    }
}
