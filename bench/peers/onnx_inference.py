"""The peer of `bench step --inference`: EfficientNet-B0 in ONNX Runtime on the CPU.

With --embedding last, the output is the global maximum of the last feature map. With --embedding stages, the layers up to
features.5 are computed, and the output is the mean and maximum over time of the feature maps of Ossicle's embedding.

The model is exported from torchvision in inference mode, so that the runtime can fold batch norm and fuse operations. All
graph optimizations are enabled. Prints one JSON object. Requires torch, torchvision, onnx, onnxscript and onnxruntime.
"""
import argparse
import contextlib
import os
import tempfile

import numpy
import onnxruntime
import torch
import torchvision
from timing import print_steps

FRAMES, MELS = 96, 64


class Encoder(torch.nn.Module):
    def __init__(self, embedding):
        super().__init__()
        network = torchvision.models.efficientnet_b0()
        network.features[0][0] = torch.nn.Conv2d(1, 32, 3, stride=2, padding=1, bias=False)
        self.features = network.features if embedding == "last" else network.features[:6]
        self.stages = embedding == "stages"

    def forward(self, views):
        if not self.stages:
            return self.features(views).amax(dim=(2, 3))
        parts, x = [], views
        for number, layer in enumerate(self.features):
            x = layer(x)  # (views, channels, time, mel)
            if number == 2:  # 16 bands; reduce pairs of bands by average and by maximum
                parts += [torch.nn.functional.avg_pool2d(x.mean(2), (1, 2)), x.amax(2).unflatten(2, (8, 2)).amax(3)]
            elif number in (3, 5):
                parts += [x.mean(2), x.amax(2)]
        return torch.cat([part.flatten(1) for part in parts], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--views", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--embedding", choices=("stages", "last"), default="last")
    options = parser.parse_args()
    torch.manual_seed(0)
    views = torch.randn(options.views, 1, FRAMES, MELS)
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as null:
        path = os.path.join(folder, "encoder.onnx")
        with contextlib.redirect_stdout(null):
            torch.onnx.export(Encoder(options.embedding).eval(), (views,), path, dynamo=True, verbose=False)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    data = views.numpy().astype(numpy.float32)
    print_steps(
        f"ONNX Runtime {onnxruntime.__version__}, {options.embedding}", lambda: session.run(None, {name: data}), options.views,
        options.threads, options.steps)  # fmt: skip


if __name__ == "__main__":
    main()
