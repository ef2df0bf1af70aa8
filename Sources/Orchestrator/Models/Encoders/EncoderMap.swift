import OssicleGraph

/// A feature map of an encoder, with the name of the layer that computes it. The height is time, and the width is mel.
public struct EncoderMap {
    public let name: String
    public let feature: Feature

    public init(name: String, feature: Feature) {
        self.name = name
        self.feature = feature
    }
}
