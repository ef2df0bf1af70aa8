import OssicleGraph

/// A map of an encoder on its way, by the name of the layer that makes it: height is time, width mel.
struct EncoderMap {
    let name: String
    let feature: Feature
}
