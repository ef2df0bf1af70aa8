import CKernels
import Testing

extension KernelTests {
    /// Families without a plan refuse by a check what their run functions could not survive.
    @Suite struct CheckTests {
        private let large = 1 << 40

        @Test func shapes_of_images_are_refused_where_a_size_is_not_positive_or_the_product_does_not_fit() {
            #expect(ck_images_check(2, 3, 4) == CK_OK)
            for (n, r, c) in [(0, 3, 4), (2, 0, 4), (2, 3, 0), (-1, 3, 4), (large, large, 1), (large, 8, large)] {
                #expect(ck_images_check(n, r, c) == CK_INVALID_SHAPE)
                #expect(ck_global_max_check(n, r, c) == CK_INVALID_SHAPE)
                #expect(ck_squeeze_excite_check(n, r, c, 1) == CK_INVALID_SHAPE)
                #expect(ck_image_blocks(n, r, c) == 0)
            }
            #expect(ck_squeeze_excite_check(2, 3, 4, 0) == CK_INVALID_SHAPE)
            #expect(ck_squeeze_excite_check(2, 3, large, large) == CK_INVALID_SHAPE)
            #expect(ck_squeeze_excite_check(2, 3, 4, 1) == CK_OK)
        }

        @Test func a_global_maximum_over_more_rows_than_a_float_counts_is_refused() {
            #expect(ck_global_max_check(1, 1 << 24, 1) == CK_OK)
            #expect(ck_global_max_check(1, (1 << 24) + 1, 1) == CK_INVALID_SHAPE)
        }

        @Test func rows_of_a_head_are_refused_where_a_size_is_not_positive_or_the_product_does_not_fit() {
            #expect(ck_layernorm_check(2, 3) == CK_OK)
            for (rows, width) in [(0, 3), (2, 0), (2, -3), (large, large)] {
                #expect(ck_layernorm_check(rows, width) == CK_INVALID_SHAPE)
            }
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
