import CKernels
import Foundation
import Testing

/// Checks that several suites share.
enum Agreement {
    /// The relative rounding error of one float operation.
    static let eps = 6e-8
    /// Sizes around the vector widths 4, 8 and 16.
    static let tails = [1, 7, 8, 9, 15, 16, 17, 33]

    /// Expects that, on every instruction set, the outputs of `run` differ from `expected` by at most `tolerances`,
    /// have the same bits for one, two and three threads, and are not written after their ends.
    ///
    /// - Parameter tolerances: The largest absolute error of each output.
    /// - Parameter run: Computes the outputs, in newly allocated memory.
    static func check(
        _ name: String, _ expected: [Floats], within tolerances: [Double],
        run: (UnsafePointer<ck_exec>) -> [Floats]
    ) {
        forEachInstructionSet { isa in
            var first: [Floats] = []
            for threads in 1...3 {
                let execution = TestExecution(threads: threads, scratchBytes: 64)
                let outputs = run(&execution.exec)
                if threads == 1 { first = outputs }
                for (i, output) in outputs.enumerated() {
                    #expect(output.isIntact, "\(name) \(isa): output \(i) was written past its end")
                    let same = memcmp(output.pointer, first[i].pointer, output.count * 4) == 0
                    #expect(same, "\(name) \(isa): other bits in output \(i) with \(threads) threads")
                }
            }
            for (i, output) in first.enumerated() {
                let error = distance(output, expected[i])
                #expect(error <= tolerances[i], "\(name) \(isa): output \(i) is off by \(error)")
            }
        }
    }

    /// The largest absolute difference. It is infinite if a value of `a` or `b` is NaN.
    static func distance(_ a: Floats, _ b: Floats) -> Double {
        guard a.count == b.count else { return .infinity }
        var worst = 0.0
        for i in 0..<a.count {
            let d = abs(Double(a.pointer[i]) - Double(b.pointer[i]))
            if !(d <= worst) { worst = d.isNaN ? .infinity : d }
        }
        return worst
    }

    static func largest(_ a: Floats) -> Double { (0..<a.count).reduce(0) { max($0, abs(Double(a[$1]))) } }

    static func copy(_ a: Floats) -> Floats {
        let copy = Floats(a.count)
        copy.pointer.update(from: a.pointer, count: a.count)
        return copy
    }

    static func dot(_ a: Floats, _ b: Floats) -> Double {
        (0..<a.count).reduce(0) { $0 + Double(a[$1]) * Double(b[$1]) }
    }

    /// Expects that `gradient` agrees with central differences of `loss` with respect to `parameters`. About 24 evenly
    /// spaced parameters are checked. For a step h, the truncation error is of order h², and the rounding of float
    /// results causes an error of eps·|loss terms|/h.
    static func checkSlope(_ name: String, of parameters: Floats, _ gradient: Floats, loss: () -> Double) {
        let h: Float = 0.004
        let scale = max(1, largest(gradient))
        for i in stride(from: 0, to: parameters.count, by: max(1, parameters.count / 24)) {
            let old = parameters[i]
            parameters[i] = old + h
            let (above, high) = (loss(), parameters[i])
            parameters[i] = old - h
            let (below, low) = (loss(), parameters[i])
            parameters[i] = old
            let slope = (above - below) / Double(high - low)
            let tolerance = scale * Double(h * h) * 8 + eps * 64 / Double(h)
            #expect(abs(slope - Double(gradient[i])) <= tolerance, "\(name)[\(i)]: \(gradient[i]), slope \(slope)")
        }
    }
}

/// An operand with N images, R rows and C channels, and with everything that a kernel can apply while it reads: scale,
/// shift, activation and gate.
struct TestOperand {
    let images: Int, rows: Int, channels: Int
    let x: Floats, scale: Floats, shift: Floats, gate: Floats
    let activation: ck_activation
    let isPlain: Bool
    private var halves: Halves?

    init(
        _ images: Int, _ rows: Int, _ channels: Int, _ activation: ck_activation, plain: Bool = false, seed: UInt64 = 7
    ) {
        var random = TestRandom(seed)
        (self.images, self.rows, self.channels) = (images, rows, channels)
        x = random.floats(images * rows * channels, scale: 2)
        scale = random.floats(channels, scale: 0.5, offset: 1)
        shift = random.floats(channels)
        gate = random.floats(images * channels, scale: 0.4, offset: 0.5)
        self.activation = activation
        isPlain = plain
    }

    func callAsFunction<Result>(_ body: (UnsafePointer<ck_operand>) -> Result) -> Result {
        var operand = ck_operand(
            x: halves == nil ? x.pointer : nil, scale: isPlain ? nil : scale.pointer,
            shift: isPlain ? nil : shift.pointer, gate: isPlain ? nil : gate.pointer, activation: activation,
            x16: halves?.pointer)
        return body(&operand)
    }

    /// The same operand, stored as bfloat16. The values of `self` are rounded too, because both share them.
    func halved() -> TestOperand {
        var result = self
        result.halves = Halves(rounding: x)
        return result
    }

    var size: ck_images { ck_images(N: images, R: rows, C: channels) }
    var blocks: Int { ck_image_blocks(size) }

    /// Shapes (N, R, C): channel numbers around the vector widths, several blocks, and one large feature map.
    static let shapes: [(Int, Int, Int)] =
        Agreement.tails.map { (5, 7, $0) } + [(3, 1, 20), (40, 6, 24), (2, 70, 96), (2, 6, 600)]
}

/// The sum of partial sums (blocks, 2, C) over the blocks.
func combined(_ exec: UnsafePointer<ck_exec>, _ partials: Floats, blocks: Int, channels: Int) -> Floats {
    let sums = Floats(2 * channels)
    ck_reduce_blocks(exec, partials.pointer, blocks, 2 * channels, CK_STORE, sums.pointer)
    return sums
}

/// The number of values of a channel, their mean, and the sum of their squared deviations from the mean.
struct Moments {
    var rows = 0.0, mean = 0.0, squares = 0.0
    /// The largest distance of a value from the mean.
    var spread = 0.0

    /// The moments of channel `c`, merged from the statistics (blocks, 3, C) of all blocks.
    init(_ statistics: Floats, blocks: Int, channels: Int, _ c: Int) {
        for block in 0..<blocks {
            let at = { Double(statistics[(3 * block + $0) * channels + c]) }
            let (total, distance) = (rows + at(0), at(1) - mean)
            guard at(0) > 0 else { continue }
            squares += at(2) + distance * distance * rows * at(0) / total
            mean += distance * at(0) / total
            rows = total
        }
    }

    /// The moments of channel `c` of values (rows, C), computed directly from the values.
    init(_ y: Floats, channels: Int, _ c: Int) {
        let values = stride(from: c, to: y.count, by: channels).map { Double(y[$0]) }
        rows = Double(values.count)
        mean = values.reduce(0, +) / rows
        for value in values {
            squares += (value - mean) * (value - mean)
            spread = max(spread, abs(value - mean))
        }
    }

    /// Expects that `statistics` are the moments of `y`. A sum of a block has at most `chain` values and rounds once
    /// per value. Each value differs from the first value of the block by at most twice the spread. The mean itself is
    /// also rounded.
    static func expect(
        _ statistics: Floats, of y: Floats, blocks: Int, channels: Int, chain: Int = 2100, _ label: String
    ) {
        for c in 0..<channels {
            let (found, real) = (
                Moments(statistics, blocks: blocks, channels: channels, c), Moments(y, channels: channels, c)
            )
            let rounding = Double(Float.ulpOfOne) * Double(min(Int(real.rows), chain) + 2)
            let spread = 2 * real.spread + Double(Float.ulpOfOne) * abs(real.mean)
            #expect(found.rows == real.rows, "rows \(label)")
            #expect(abs(found.mean - real.mean) <= rounding * spread + Agreement.eps * abs(real.mean), "mean \(label)")
            #expect(
                abs(found.squares - real.squares) <= rounding * real.rows * spread * spread + 1e-30, "squares \(label)")
        }
    }
}
