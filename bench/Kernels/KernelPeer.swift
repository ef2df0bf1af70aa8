import ArgumentParser
import COpenBLAS

/// Somebody else's kernels of the same shapes.
enum KernelPeer: String, CaseIterable, ExpressibleByArgument {
    /// oneDNN's convolutions, through PyTorch.
    case onednn
    /// OpenBLAS' SGEMM for the pointwise convolutions' forward pass, in this process.
    case openblas
}

extension KernelPeer {
    /// - Parameter names: of the kernels that are measured.
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

    /// Y(M, N) = X(M, K)·W(N, K)ᵀ with the sizes of a kernel's name, `pointwise forward rows×K→N`.
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
