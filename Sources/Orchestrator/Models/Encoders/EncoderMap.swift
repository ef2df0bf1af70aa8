import OssicleGraph

/// A map of an encoder on its way, by the name of the layer that makes it: height is time, width mel.
public struct EncoderMap {
    public let name: String
    public let feature: Feature

    public init(name: String, feature: Feature) {
        self.name = name
        self.feature = feature
    }
}
