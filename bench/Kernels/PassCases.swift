import CKernels
import Orchestrator

extension KernelCase {
    /// Passes over one feature map with this number of rows per view. They are memory-bound.
    static func passes(rowsPerView rows: Int, _ channels: Int, views: Int) -> [KernelCase] {
        let floats = views * rows * channels
        let map = 4.0 * Double(floats)
        let images = ck_images(N: views, R: rows, C: channels)
        let shape = "\(rows)×\(channels)"
        func make(
            _ name: String, maps: Double,
            _ body:
                @escaping (
                    UnsafePointer<ck_exec>, UnsafePointer<ck_operand>, _ small: UnsafeMutablePointer<Float>,
                    _ map: UnsafeMutablePointer<Float>
                ) -> Void
        ) -> KernelCase {
            KernelCase(name: "\(name) \(shape)", operations: 0, bytes: maps * map) {
                let input = BenchOperand(rows: views * rows, channels: channels, images: views, isGated: true)
                // All values that are per image and channel, and all partial sums.
                let small = BenchFloats((views + 2 * ck_image_blocks(images)) * channels)
                let other = BenchFloats(floats)
                var operand = input.operand
                return { exec in
                    body(exec, &operand, small.pointer, other.pointer)
                    withExtendedLifetime(input) {}
                }
            }
        }
        return [
            make("normalize-add forward", maps: 3) { exec, x, _, y in
                var residual = ck_operand()
                residual.x = UnsafePointer(y)
                ck_normalize_add_forward(exec, images, x, nil, &residual, y)
            },
            make("normalize-add backward", maps: 2) { exec, x, sums, dy in
                ck_normalize_add_backward(exec, images, dy, x, nil, sums)
            },
            make("squeeze forward", maps: 1) { exec, x, pooled, _ in
                ck_squeeze_forward(exec, images, x, pooled)
            },
            make("gate backward", maps: 2) { exec, x, dgate, da in
                ck_gate_backward(exec, images, x, da, dgate)
            },
            make("squeeze backward", maps: 3) { exec, x, small, da in
                ck_squeeze_backward(exec, images, x, small, da, small + views * channels)
            },
        ]
    }

    /// The optimizer on an arena with `count` parameters.
    static func adam(parameters count: Int) -> [KernelCase] {
        let one = KernelCase(name: "adam \(count)", operations: 14 * Double(count), bytes: 28 * Double(count)) {
            let (g, m, v, w) = (BenchFloats(count), BenchFloats(count), BenchFloats(count), BenchFloats(count))
            for i in 0..<count { v.pointer[i] = abs(v.pointer[i]) }
            var settings = ck_adam(
                learning_rate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0, step: 1)
            return { exec in ck_adam_step(exec, &settings, count, g.pointer, m.pointer, v.pointer, w.pointer) }
        }
        return [one]
    }
}
