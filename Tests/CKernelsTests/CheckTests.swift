import CKernels
import Testing

extension KernelTests {
    /// Plans and check functions reject arguments with which the run functions would fail.
    @Suite struct CheckTests {
        private let large = 1 << 40

        @Test func shapes_of_images_are_refused_where_a_size_is_not_positive_or_the_product_does_not_fit() {
            var squeeze = ck_squeeze_excite()
            let right = ck_images(N: 2, R: 3, C: 4)
            #expect(ck_images_check(right) == CK_OK)
            for (n, r, c) in [(0, 3, 4), (2, 0, 4), (2, 3, 0), (-1, 3, 4), (large, large, 1), (large, 8, large)] {
                let wrong = ck_images(N: n, R: r, C: c)
                #expect(ck_images_check(wrong) == CK_INVALID_SHAPE)
                #expect(ck_global_max_check(wrong) == CK_INVALID_SHAPE)
                #expect(ck_squeeze_excite_plan(&squeeze, wrong, 1) == CK_INVALID_SHAPE)
                #expect(ck_image_blocks(wrong) == 0)
            }
            #expect(ck_squeeze_excite_plan(&squeeze, right, 0) == CK_INVALID_SHAPE)
            #expect(ck_squeeze_excite_plan(&squeeze, ck_images(N: 2, R: 3, C: large), large) == CK_INVALID_SHAPE)
            #expect(ck_squeeze_excite_plan(&squeeze, right, 1) == CK_OK)
        }

        @Test func batch_norms_are_refused_where_a_size_or_a_constant_is_out_of_bounds() {
            let cases: [(Int, Int, Float, Float, ck_status)] = [
                (3, 4, 0, 1, CK_OK), (0, 4, 0, 1, CK_INVALID_SHAPE), (3, -1, 0, 1, CK_INVALID_SHAPE),
                (3, 4, -1, 1, CK_INVALID_SHAPE), (3, 4, .nan, 1, CK_INVALID_SHAPE), (3, 4, 0, 1.5, CK_INVALID_SHAPE),
            ]
            for (rows, channels, eps, momentum, expected) in cases {
                var norm = ck_batchnorm()
                (norm.M, norm.C, norm.eps, norm.momentum) = (rows, channels, eps, momentum)
                #expect(ck_batchnorm_check(&norm) == expected)
            }
        }

        @Test func a_global_maximum_over_more_rows_than_a_float_counts_is_refused() {
            #expect(ck_global_max_check(ck_images(N: 1, R: 1 << 24, C: 1)) == CK_OK)
            #expect(ck_global_max_check(ck_images(N: 1, R: (1 << 24) + 1, C: 1)) == CK_INVALID_SHAPE)
        }

        @Test func rows_of_a_head_are_refused_where_a_size_is_not_positive_or_the_product_does_not_fit() {
            var plan = ck_layernorm()
            #expect(ck_rows_check(ck_rows(M: 2, D: 3)) == CK_OK)
            #expect(ck_layernorm_plan(&plan, ck_rows(M: 2, D: 3), 1e-5, CK_ROW_TANH) == CK_OK)
            for (rows, width) in [(0, 3), (2, 0), (2, -3), (large, large)] {
                let wrong = ck_rows(M: rows, D: width)
                #expect(ck_rows_check(wrong) == CK_INVALID_SHAPE)
                #expect(ck_layernorm_plan(&plan, wrong, 1e-5, CK_ROW_TANH) == CK_INVALID_SHAPE)
            }
        }

        /// Each size alone is possible, but their product is not. If a plan accepted them, the computation of offsets
        /// and of the scratch size would overflow.
        @Test func plans_refuse_sizes_whose_products_do_not_fit() {
            let edge = Int.max
            for big in [1 << 31, 1 << 40, edge / 4, edge] {
                var pointwise = ck_pointwise()
                #expect(ck_pointwise_plan(&pointwise, big, big, 8, 1) == CK_INVALID_SHAPE)
                #expect(ck_pointwise_plan(&pointwise, 8, big, big, 1) == CK_INVALID_SHAPE)
                var product = ck_gemm()
                #expect(ck_gemm_plan(&product, big, 8, big, 0, 0) == CK_INVALID_SHAPE)
                #expect(ck_gemm_plan(&product, big, big, 8, 0, 0) == CK_INVALID_SHAPE)
                #expect(ck_depthwise.planned(big, big, 8, 8, kernel: 3) == nil)
                #expect(ck_depthwise.planned(1, 1, big, big, kernel: 3) == nil)
                var stem = ck_stem()
                #expect(ck_stem_plan(&stem, big, big, 8, 1, 8) == CK_INVALID_SHAPE)
                #expect(ck_stem_plan(&stem, 1, 8, big, 1, big) == CK_INVALID_SHAPE)
                var maxpool = ck_maxpool()
                (maxpool.N, maxpool.H, maxpool.W, maxpool.C) = (1, big, big, 8)
                (maxpool.kernel_h, maxpool.kernel_w, maxpool.stride_h, maxpool.stride_w) = (3, 3, 2, 2)
                #expect(ck_maxpool_plan(&maxpool) == CK_INVALID_SHAPE)
                (maxpool.H, maxpool.W) = (9, 9)
                (maxpool.kernel_h, maxpool.kernel_w, maxpool.padding_h) = (big, big, big / 2)
                #expect(ck_maxpool_plan(&maxpool) == CK_INVALID_SHAPE)
                for change in [
                    {
                        $0.N = big
                        $0.H = big
                    },
                    {
                        $0.H = big
                        $0.W = big
                    },
                    {
                        $0.C = big
                        $0.O = big
                    },
                    {
                        $0.kernel_h = big
                        $0.padding_h = big - 1
                    },
                    {
                        $0.W = big
                        $0.O = big
                    },
                ] as [(inout ck_conv2d_shape) -> Void] {
                    var shape = ck_conv2d_shape(
                        N: 2, H: 8, W: 8, C: 16, O: 16, kernel_h: 3, kernel_w: 3, stride_h: 1, stride_w: 1,
                        padding_h: 1, padding_w: 1)
                    change(&shape)
                    var plan = ck_conv2d()
                    for method in [CK_CONV2D_DIRECT, CK_CONV2D_WINOGRAD] {
                        #expect(ck_conv2d_plan(&plan, &shape, method) != CK_OK)
                    }
                }
            }
        }

        /// The offsets in a slab of 2³¹ floats or more do not fit into 32 bits.
        @Test func a_block_of_a_dense_convolution_is_small_or_refused() {
            var plan = ck_conv2d()
            var shape = ck_conv2d_shape(
                N: 1, H: 4, W: 1_020_000, C: 512, O: 8, kernel_h: 3, kernel_w: 3, stride_h: 1, stride_w: 1,
                padding_h: 1,
                padding_w: 1)
            #expect(ck_conv2d_plan(&plan, &shape, CK_CONV2D_DIRECT) == CK_OK)
            #expect(plan.forward_slab < 1 << 20 && plan.data_slab < 1 << 20 && plan.weights_slab < 1 << 20)
            (shape.W, shape.C) = (200, 1 << 24)
            #expect(ck_conv2d_plan(&plan, &shape, CK_CONV2D_DIRECT) == CK_INVALID_SHAPE)
        }

        @Test func adam_is_refused_where_it_would_divide_by_zero() {
            func status(_ step: Int64, _ beta1: Double, _ beta2: Double) -> ck_status {
                var adam = ck_adam(
                    learning_rate: 1e-3, beta1: beta1, beta2: beta2, epsilon: 1e-8, weight_decay: 0, step: step)
                return ck_adam_check(&adam)
            }
            #expect(status(1, 0.9, 0.999) == CK_OK)
            #expect(status(1, 0, 0) == CK_OK)
            #expect(status(0, 0.9, 0.999) == CK_INVALID_SHAPE)
            #expect(status(1, 1, 0.999) == CK_INVALID_SHAPE)
            #expect(status(1, 0.9, 1) == CK_INVALID_SHAPE)
            #expect(status(1, .nan, 0.999) == CK_INVALID_SHAPE)
        }
    }
}
