import OssicleGraph

/// A map of an encoder on its way, by the name of the layer that makes it: height is time, width mel.
package struct EncoderMap {
    package let name: String
    package let feature: Feature

    package init(name: String, feature: Feature) {
        self.name = name
        self.feature = feature
    }
}
