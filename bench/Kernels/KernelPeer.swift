import ArgumentParser
import COpenBLAS

/// A library whose kernels are measured on the same shapes.
enum KernelPeer: String, CaseIterable, ExpressibleByArgument {
    /// The convolutions of oneDNN, through PyTorch.
    case onednn
    /// SGEMM of OpenBLAS for the forward pass of pointwise convolutions, in this process.
    case openblas
}

extension KernelPeer {
    /// Measures the kernels of this library once.
    /// - Parameter names: names of the kernels to measure.
    func round(
        shapes: String, views: Int, names: [String], options: BenchOptions, python: PythonOptions
    ) throws -> PeerRound {
        switch self {
        case .onednn:
            let arguments = [
                "--shapes", shapes, "--views", "\(views)", "--threads", "\(options.threads)", "--seconds",
                "\(options.seconds)",
            ]
            return try PeerProcess.script(
                "torch_kernels", python: python,
                arguments: arguments + (options.filter.map { ["--filter", $0] } ?? [])
            ).run()
        case .openblas:
            openblas_set_num_threads(Int32(options.threads))
            let core = String(cString: openblas_get_corename())
            return PeerRound(
                name: "OpenBLAS \(core)",
                kernels: names.compactMap { Self.sgemm($0, views: views, seconds: options.seconds, core: core) })
        }
    }

    /// Computes Y(M, N) = X(M, K)·W(N, K)ᵀ with the sizes in the kernel's name, `pointwise forward rows×K→N`.
    private static func sgemm(_ name: String, views: Int, seconds: Double, core: String) -> PeerFigure? {
        guard let match = name.wholeMatch(of: /pointwise forward (\d+)×(\d+)→(\d+)/),
            let rows = Int(match.1), let k = Int(match.2), let n = Int(match.3)
        else { return nil }
        let m = rows * views
        let (x, w, y) = (BenchFloats(m * k), BenchFloats(n * k), BenchFloats(m * n))
        let timing = Timing.measure(seconds: seconds) {
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, x.pointer, Int32(k),
                w.pointer, Int32(k), 0, y.pointer, Int32(n))
        }
        return PeerFigure(name: name, median: timing.median, implementation: core)
    }
}
