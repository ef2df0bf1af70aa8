import OssicleKernels

/// The vector of a view, read from several feature maps of its encoder (see `Embedding`). For each feature map, it
/// contains the mean over time and then the maximum over time, of every group of mel bands and every channel.
///
///     y = [mean₁ (bands, channels), max₁, mean₂, max₂, …]
///
/// Record it after all other readers of the feature maps. In the backward pass, it is then the first operation that
/// writes their gradients. It cannot read a feature map that the next block adds to its own output, because the two
/// share a gradient. The ends of stages are not such feature maps.
///
/// *Reference:* Niizumi et al., "Composing general audio representation by fusing multilayer features of a pre-trained
/// model", EUSIPCO 2022.
package final class StageReadout: Operation {
    package let name: String
    /// The vectors, (images, size).
    package let output: Value
    private let parts: [Part]
    private let dy: Value?

    private struct Part {
        let feature: Feature
        let kernel: TimePoolKernel
        /// The index of the first mean in a vector.
        let offset: Int
        /// The number of means, which is also the number of maxima.
        let values: Int
        /// The positions of the maxima; nil in inference.
        let index: Value?
        let dz: Value?
        let sums: Value?
    }

    /// - Parameter bands: for each feature map, the number of groups of mel bands. The bands of a group are averaged.
    package init(_ graph: Graph, _ name: String, _ maps: [Feature], bands: [Int]) {
        precondition(!maps.isEmpty && maps.count == bands.count, "\(name): a number of bands for each map")
        self.name = name
        let sizes = zip(maps, bands).map { $0.channels * $1 }
        let size = 2 * sizes.reduce(0, +)
        let images = maps[0].images
        var (parts, offset): ([Part], Int) = ([], 0)
        for ((map, groups), values) in zip(zip(maps, bands), sizes) {
            precondition(map.gate == nil && map.images == images, "\(name) reads the ends of blocks")
            let kernel = TimePoolKernel(
                images: images, frames: map.height, bands: map.width, channels: map.channels, groups: groups,
                stride: size)
            // `SharedNormalization` already computes the sums of a feature map that has other readers.
            let leavesSums = graph.training && map.normalization.map { $0.sums == nil } ?? false
            let blocks = NormalizationKernel.imageBlocks(
                images: images, rows: map.rowsPerImage, channels: map.channels)
            parts.append(
                Part(
                    feature: map, kernel: kernel, offset: offset, values: values,
                    index: graph.training ? graph.value([images, values]) : nil,
                    dz: graph.training ? graph.gradient(map.raw) : nil,
                    sums: leavesSums ? map.normalization?.leaveSums(graph, blocks: blocks) : nil))
            offset += 2 * values
        }
        self.parts = parts
        output = graph.value([images, size])
        dy = graph.training ? graph.gradient(output) : nil
    }

    package var forwardAccess: [Value] { parts.flatMap { $0.feature.access + [$0.index].compactMap { $0 } } + [output] }
    package var backwardAccess: [Value] {
        guard let dy else { return [] }
        return parts.flatMap { $0.feature.access + [$0.index, $0.dz, $0.sums].compactMap { $0 } } + [dy]
    }
    package var contributions: [Value] { parts.compactMap(\.dz) }

    private func slice(_ y: Buffer, _ part: Part, maximum: Bool) -> Buffer {
        let first = part.offset + (maximum ? part.values : 0)
        return y.slice(first, y.count - first)
    }

    package func forward(_ run: borrowing Run) {
        let y = run(output)
        for part in parts {
            part.kernel.forward(
                run.execution, run.operand(part.feature), mean: slice(y, part, maximum: false),
                maximum: slice(y, part, maximum: true), index: run(part.index))
        }
    }

    package func backward(_ run: borrowing Run) {
        guard let dy = run(dy) else { return }
        for part in parts {
            guard let dz = part.dz, let index = run(part.index) else { continue }
            // The kernel stores the gradient and cannot add to it.
            precondition(run.beta(self, dz) == 0, "\(name) must be the last reader of its maps")
            part.kernel.backward(
                run.execution, run.operand(part.feature), dMean: slice(dy, part, maximum: false),
                dMaximum: slice(dy, part, maximum: true), index: index, dz: run(dz), sums: run(part.sums))
        }
    }
}

/// The frames of a feature map: every time step, with its mel bands averaged within `bands` groups. Inference only.
///
///     y (images · frames, groups, channels)
package final class FrameReadout: Operation {
    package let name: String
    package let output: Value
    private let feature: Feature
    private let kernel: TimePoolKernel

    package init(_ graph: Graph, _ name: String, _ map: Feature, bands: Int) {
        precondition(map.gate == nil, "\(name) reads the end of a block")
        self.name = name
        feature = map
        let images = map.images * map.height
        output = graph.value([images, bands * map.channels])
        kernel = TimePoolKernel(
            images: images, frames: 1, bands: map.width, channels: map.channels, groups: bands,
            stride: bands * map.channels)
    }

    package var forwardAccess: [Value] { feature.access + [output] }
    package var backwardAccess: [Value] { [] }

    package func forward(_ run: borrowing Run) {
        kernel.forward(run.execution, run.operand(feature), mean: run(output), maximum: nil, index: nil)
    }

    package func backward(_ run: borrowing Run) {}
}
